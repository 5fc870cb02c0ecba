import type { BrowserSession } from '../sessions/browser-sessions.ts'
import type { SignInForm } from './sign-in-answer.ts'

/** What somebody signs in for: the request of an app, or a page of the issuer's own, to which they return. */
export interface Errand {
  /** How the form of the sign-in page carries it on. */
  readonly form: SignInForm
  /** Languages that the app asks for. */
  readonly uiLocales?: string | undefined
  /** For the log: the app. */
  readonly client?: string
  /** Living sessions of this browser; undefined when the form did not come from our page in it. */
  readonly sessions: readonly BrowserSession[] | undefined
  /** Throws when the errand is somebody else's. */
  readonly checkPerson: (sub: string) => void
  /** What comes after the sign-in, whose session is the first one. */
  readonly goOn: (sessions: readonly [BrowserSession, ...BrowserSession[]]) => Promise<unknown>
}
