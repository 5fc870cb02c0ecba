import type { BrowserSession } from '../sessions/browser-sessions.ts'

/** What the forms of the sign-in pages carry on, and for whom. */
export interface SignInForm {
  readonly fields: Readonly<Record<string, string>>
  /** The app that asks, and where it is. */
  readonly client?: { readonly name: string; readonly redirectUri: string }
}

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
