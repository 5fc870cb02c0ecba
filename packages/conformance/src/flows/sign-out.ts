/** Signing out: OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3. */
import type { Browser } from '../http/browser.ts'
import type { Answer } from '../http/exchange.ts'
import { formsOf } from '../http/html-form.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectThat } from '../rule/expect.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import { applied, type Changes, withQuery } from './authorization-request.ts'
import { authorize, summary } from './authorize.ts'
import { buttonOf } from './journey.ts'
import { signInTokens } from './tokens.ts'

export interface SignedIn {
  readonly browser: Browser
  readonly idToken: string
  readonly accessToken: string
}

/** Somebody signs in at this client in a browser of their own. */
export async function signedInAt(issuer: Issuer, role: ClientRole): Promise<SignedIn> {
  const browser = issuer.browser()
  const { body, accessToken } = await signInTokens(issuer, { client: role, browser })
  return { browser, idToken: String(body['id_token']), accessToken }
}

export type SignOutEnd =
  /** Sent to an address that is not the issuer's. */
  | { readonly kind: 'sent'; readonly to: string }
  | { readonly kind: 'page'; readonly answer: Answer }

const MOST_STEPS = 8

/** Opens the end-session endpoint and confirms where the person is asked. */
export async function signOut(
  issuer: Issuer,
  browser: Browser,
  parameters: Changes,
  method: 'GET' | 'POST' = 'GET',
): Promise<SignOutEnd> {
  const endpoint = issuer.endpoint('end_session_endpoint')
  const sent = applied({}, parameters)
  let answer =
    method === 'GET'
      ? await browser.open(withQuery(endpoint, sent))
      : await browser.open(endpoint, { method, body: new URLSearchParams(sent).toString() })
  for (let step = 0; step < MOST_STEPS; step++) {
    const { location } = answer.headers
    if (location !== undefined) {
      const next = new URL(location, answer.url)
      if (next.origin !== new URL(endpoint).origin) return { kind: 'sent', to: next.href }
      answer = await browser.open(next.href)
      continue
    }
    const { confirm } = issuer.settings.pages.signOut
    const form = formsOf(answer.text).find((one) => buttonOf(one, confirm) !== undefined)
    if (form === undefined) return { kind: 'page', answer }
    answer = await browser.submit(answer.url, form, {}, buttonOf(form, confirm))
  }
  return { kind: 'page', answer }
}

/** Whether the issuer still knows the person of this browser. */
export async function isSignedIn(
  issuer: Issuer,
  browser: Browser,
  role: ClientRole,
): Promise<boolean> {
  const changes = { prompt: 'none' }
  const { journey } = await authorize(issuer, { client: role, browser, changes, person: null })
  expectThat(journey.kind === 'returned', summary(journey), 'an answer at the client')
  return journey.parameters.has('code')
}
