import type { Browser } from '../http/browser.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectThat } from '../rule/expect.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import type { Person } from '../settings/settings.ts'
import {
  type AuthorizationRequest,
  authorizationRequest,
  authorizationUrl,
  type Changes,
} from './authorization-request.ts'
import { type Journey, type JourneyPlan, travel } from './journey.ts'

export interface AuthorizeOptions {
  /** Default `basic`. */
  readonly client?: ClientRole
  readonly changes?: Changes
  /** Default: the one in which the user is signed in. */
  readonly browser?: Browser
  /** Who signs in when asked; null: nobody. Default: the user of the settings. */
  readonly person?: Person | null
  readonly consent?: JourneyPlan['consent'] & string
  /** What is really sent to the endpoint, made from the parameters of the request. */
  readonly arranged?: (parameters: Parameters) => Parameters | Promise<Parameters>
  /** More text for the end of the query, for what no record can say: repeated parameters. */
  readonly extra?: string
  readonly method?: 'GET' | 'POST'
}

type Parameters = Readonly<Record<string, string>>

export interface Authorization {
  readonly request: AuthorizationRequest
  readonly journey: Journey
  readonly browser: Browser
}

/** Sends a browser to the authorization endpoint and goes with it until it comes back or comes to a halt. */
export async function authorize(
  issuer: Issuer,
  options: AuthorizeOptions = {},
): Promise<Authorization> {
  const { client = 'basic', browser = issuer.signedIn, extra = '', method = 'GET' } = options
  const request = authorizationRequest(issuer, client, options.changes)
  const sent = (await options.arranged?.(request.parameters)) ?? request.parameters
  const url = `${authorizationUrl(issuer, sent)}${extra}`
  const first =
    method === 'GET'
      ? await browser.open(url)
      : await browser.open(issuer.endpoint('authorization_endpoint'), {
          method,
          body: `${new URLSearchParams(sent)}${extra}`,
        })
  const journey = await travel(issuer, browser, first, {
    returnTo: request.parameters['redirect_uri'] ?? request.client.redirectUri,
    person: options.person === undefined ? issuer.settings.user : options.person,
    ...(options.consent !== undefined && { consent: options.consent }),
  })
  return { request, journey, browser }
}

/** A code in the query, with the `state` of the request. */
export function codeOf({ request, journey }: Authorization): string {
  expectThat(journey.kind === 'returned', summary(journey), 'a redirect to the client with a code')
  const code = journey.parameters.get('code')
  expectThat(code !== null && code !== '', summary(journey), 'a redirect to the client with a code')
  const state = journey.parameters.get('state')
  expectThat(
    state === (request.parameters['state'] ?? null),
    `state ${state}`,
    'the state of the request',
  )
  return code
}

/** A redirect with one of these errors, the `state` of the request, and no code. */
export function expectErrorRedirect(
  { request, journey }: Authorization,
  ...codes: readonly string[]
): void {
  const expected = `a redirect to the client with ${codes.join(' or ')}`
  expectThat(journey.kind === 'returned', summary(journey), expected)
  const { parameters } = journey
  expectThat(codes.includes(parameters.get('error') ?? ''), summary(journey), expected)
  expectThat(!parameters.has('code'), 'a code beside an error', 'no code')
  const state = parameters.get('state')
  expectThat(
    state === (request.parameters['state'] ?? null),
    `state ${state}`,
    'the state of the request',
  )
}

/** A page that says no: nobody is sent anywhere. */
export function expectErrorPage({ journey }: Authorization): void {
  const expected = 'an error page at the issuer and no redirect'
  expectThat(journey.kind === 'page' && journey.asked.length === 0, summary(journey), expected)
  const { answer } = journey
  const isPage =
    answer.headers.location === undefined && answer.status >= 400 && answer.status < 500
  expectThat(isPage, summary(journey), expected)
}

/** An error, however the issuer may tell it: to the client, or as a page. */
export function expectRefusal(authorization: Authorization, ...codes: readonly string[]): void {
  if (authorization.journey.kind === 'returned') expectErrorRedirect(authorization, ...codes)
  else expectErrorPage(authorization)
}

/** How a journey ended, in one line, without anything secret. */
export function summary(journey: Journey): string {
  if (journey.kind === 'page') {
    const asked = journey.asked.at(-1)
    const page = asked === undefined ? 'a page' : `the page "${asked}"`
    const { status, headers, asked: request } = journey.answer
    const where =
      headers.location === undefined ? '' : ` that leads to ${headers.location.split('?')[0]}`
    return `${page} with status ${status}${where} from ${request}`
  }
  const { parameters, mode } = journey
  const error = parameters.get('error')
  const what = error ?? (parameters.has('code') ? 'a code' : 'neither code nor error')
  return `${what} by ${mode}`
}
