/** What happens in a browser between a request and its answer: redirects, sign-in, consent. */
import type { Browser } from '../http/browser.ts'
import type { Answer } from '../http/exchange.ts'
import { formsOf, type HtmlForm } from '../http/html-form.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { Person } from '../settings/settings.ts'

export interface JourneyPlan {
  /** Where the journey ends: the redirect URI of the request. */
  readonly returnTo: string
  /** Who signs in when asked; null: the journey ends at the page. */
  readonly person: Person | null
  /** What is answered when the issuer asks for consent. Default `allow`. */
  readonly consent?: 'allow' | 'deny' | 'stop'
}

/** Pages at which the issuer asked somebody something. */
export type Asked = 'sign_in' | 'consent'

export type Journey = { readonly asked: readonly Asked[] } & (
  | {
      /** Back at the client. */
      readonly kind: 'returned'
      readonly mode: 'query' | 'fragment' | 'form_post'
      readonly parameters: URLSearchParams
      readonly status: number
    }
  /** A page that nobody can or should fill in, or a redirect to somebody else. */
  | { readonly kind: 'page'; readonly answer: Answer }
)

const MOST_STEPS = 15
const REDIRECTS = [301, 302, 303, 307, 308]

export async function travel(
  issuer: Issuer,
  browser: Browser,
  first: Answer,
  plan: JourneyPlan,
): Promise<Journey> {
  const asked: Asked[] = []
  let answer = first
  for (let step = 0; step < MOST_STEPS; step++) {
    const returned = returnedBy(answer, plan.returnTo)
    if (returned !== undefined) return { ...returned, asked }
    const next = nextAddress(answer, issuer)
    if (next !== undefined) {
      answer = await browser.open(next)
      continue
    }
    const filled = await fillIn(answer, { issuer, browser, plan, asked })
    if (filled === undefined) return { kind: 'page', answer, asked }
    answer = filled
  }
  return { kind: 'page', answer, asked }
}

/** The answer brings the browser back to the client: by redirect, or by a form that sends itself. */
function returnedBy(answer: Answer, returnTo: string) {
  const { location } = answer.headers
  if (location !== undefined && REDIRECTS.includes(answer.status)) {
    const text = location.toString()
    const [address = ''] = text.split('#')
    if (!leadsTo(address, returnTo)) return undefined
    const fragment = text.includes('#') ? text.slice(text.indexOf('#') + 1) : ''
    const mode = fragment === '' ? ('query' as const) : ('fragment' as const)
    const parameters = new URLSearchParams(fragment || queryAfter(address, returnTo))
    return { kind: 'returned' as const, mode, parameters, status: answer.status }
  }
  const form = formsOf(answer.text).find(({ action }) => action === returnTo)
  if (form === undefined || answer.status !== 200) return undefined
  const parameters = new URLSearchParams([...form.fields])
  return {
    kind: 'returned' as const,
    mode: 'form_post' as const,
    parameters,
    status: answer.status,
  }
}

function leadsTo(address: string, returnTo: string): boolean {
  if (returnTo === '') return false
  const added = returnTo.includes('?') ? '&' : '?'
  return address === returnTo || address.startsWith(`${returnTo}${added}`)
}

function queryAfter(address: string, returnTo: string): string {
  return address.slice(returnTo.length + 1)
}

/** Redirects are followed as long as they stay at the issuer. */
function nextAddress(answer: Answer, issuer: Issuer): string | undefined {
  const { location } = answer.headers
  if (location === undefined || !REDIRECTS.includes(answer.status)) return undefined
  const next = new URL(location.toString(), answer.url)
  const origins = [issuer.settings.issuer, issuer.endpoint('authorization_endpoint')]
  return origins.some((one) => new URL(one).origin === next.origin) ? next.href : undefined
}

interface FillIn {
  readonly issuer: Issuer
  readonly browser: Browser
  readonly plan: JourneyPlan
  readonly asked: Asked[]
}

async function fillIn(page: Answer, { issuer, browser, plan, asked }: FillIn) {
  const { signIn, consent } = issuer.settings.pages
  const forms = page.status === 200 ? formsOf(page.text) : []
  const signInForm = forms.find(
    ({ fields }) => fields.has(signIn.username) && fields.has(signIn.password),
  )
  if (signInForm !== undefined) {
    // Asked a second time means refused; filling it in again would only end in a lock.
    const isRefused = asked.includes('sign_in')
    asked.push('sign_in')
    if (plan.person === null || isRefused) return undefined
    const { username, password } = plan.person
    const fields = { [signIn.username]: username, [signIn.password]: password }
    return await browser.submit(page.url, signInForm, fields, signInForm.buttons[0])
  }
  const wanted = plan.consent === 'deny' ? consent.deny : consent.allow
  const consentForm = forms.find((form) => buttonOf(form, consent.allow) !== undefined)
  if (consentForm === undefined) return undefined
  asked.push('consent')
  const form = forms.find((one) => buttonOf(one, wanted) !== undefined)
  if (form === undefined || plan.consent === 'stop') return undefined
  return await browser.submit(page.url, form, {}, buttonOf(form, wanted))
}

/** The button of this `name` or `name=value`. */
export function buttonOf(form: HtmlForm, wanted: string) {
  return form.buttons.find(({ name, value }) => name === wanted || `${name}=${value}` === wanted)
}
