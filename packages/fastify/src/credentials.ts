/** How a request carries its access token: RFC 6750 section 2, RFC 9449 section 7.1. */
import type { IncomingMessage } from 'node:http'
import { TICKET_SUBPROTOCOL } from '@latchkey/protocol'
import type { RouteSettings } from './route-settings.ts'

export type Credentials =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'token'
      readonly token: string
      readonly scheme: 'Bearer' | 'DPoP'
      /** Possession of its key was proven when it was shown before. */
      readonly proven?: true
    }
  /** A one-time ticket that stands for a token. */
  | { readonly kind: 'ticket'; readonly ticket: string }
  /** 400 `invalid_request` (RFC 6750 section 3.1). */
  | { readonly kind: 'malformed'; readonly description: string }

/** A subprotocol offered as this followed by the token: what scripts in browsers can set on a WebSocket. */
export const BEARER_SUBPROTOCOL = 'latchkey.bearer.'

/** RFC 6750 section 2.1: b64token. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

const NONE: Credentials = { kind: 'none' }

/**
 * The token that a request itself carries, in whichever of the ways the route allows. Two ways at once, or one of them
 * twice, are malformed: whoever looks at the other one would decide about another caller.
 */
export function readCredentials(
  raw: IncomingMessage,
  route: RouteSettings,
  form: URLSearchParams | undefined,
): Credentials {
  const { headers } = raw
  let found = NONE
  if (headers.authorization !== undefined) found = fromHeader(headers.authorization, raw.rawHeaders)
  if (form !== undefined) found = only(found, fromParameters(form))
  if (route.tokenInUrl) found = only(found, fromParameters(queryOf(raw.url ?? '')))
  const offered = headers['sec-websocket-protocol']
  if (offered !== undefined && headers.upgrade !== undefined) {
    found = only(found, fromSubprotocols(offered))
  }
  return found
}

/** Whether the text could be a bearer token at all: refused tokens that could not are malformed requests. */
export function isBearerSyntax(token: string): boolean {
  return B64TOKEN.test(token)
}

/** Whether the header `Authorization` presents its token with a proof of possession. */
export function isDpopScheme(authorization: string): boolean {
  return /^dpop(?: |$)/i.test(authorization)
}

function only(first: Credentials, second: Credentials): Credentials {
  if (second.kind === 'none' || first.kind === 'malformed') return first
  if (first.kind === 'none' || second.kind === 'malformed') return second
  return malformed('The access token was sent in two ways at once')
}

function malformed(description: string): Credentials {
  return { kind: 'malformed', description }
}

/** RFC 6750 section 2.1. The name of the scheme is compared without case (RFC 9110 section 11.1). */
function fromHeader(value: string, rawHeaders: readonly string[] | undefined): Credentials {
  // Node keeps the first of repeated Authorization headers and drops the rest; a proxy may have looked at another one.
  if (isRepeated('authorization', rawHeaders)) {
    return malformed('The Authorization header was sent more than once')
  }
  if (value.slice(0, 7).toLowerCase() === 'bearer ') return fromText(value.slice(7).trimStart())
  if (isDpopScheme(value)) return fromText(value.slice(5).trimStart(), 'DPoP')
  return value.toLowerCase() === 'bearer' ? fromText('') : NONE
}

/** `rawHeaders` is missing in requests that were made up for a test, for example by `injectWS`. */
function isRepeated(name: string, rawHeaders: readonly string[] | undefined): boolean {
  if (rawHeaders === undefined) return false
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at] as string
    if (header.length === name.length && header.toLowerCase() === name) count++
  }
  return count > 1
}

/** RFC 6750 sections 2.2 and 2.3. */
function fromParameters(parameters: URLSearchParams): Credentials {
  const values = parameters.getAll('access_token')
  if (values.length > 1) return malformed('access_token was sent more than once')
  return values[0] === undefined ? NONE : fromText(values[0])
}

function fromSubprotocols(offered: string): Credentials {
  const [first, ...more] = offered
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((name) => name.startsWith(BEARER_SUBPROTOCOL) || name.startsWith(TICKET_SUBPROTOCOL))
  if (more.length > 0) return malformed('The access token was sent more than once')
  if (first === undefined) return NONE
  return first.startsWith(BEARER_SUBPROTOCOL)
    ? fromText(first.slice(BEARER_SUBPROTOCOL.length))
    : { kind: 'ticket', ticket: first.slice(TICKET_SUBPROTOCOL.length) }
}

function fromText(token: string, scheme: 'Bearer' | 'DPoP' = 'Bearer'): Credentials {
  return token === '' ? malformed('The access token is empty') : { kind: 'token', token, scheme }
}

function queryOf(url: string): URLSearchParams {
  const mark = url.indexOf('?')
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
}
