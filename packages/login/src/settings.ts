import {
  type Clock,
  InputError,
  LIMITS,
  type Random,
  systemClock,
  systemRandom,
} from '@latchkey/protocol'
import type { EndedSession } from './ended-sessions.ts'
import { LOGIN_LIMITS } from './limits.ts'

export interface LoginOptions {
  /** The public identity of the issuer: exactly the `iss` of its tokens and answers. */
  issuer: string
  /** Where the issuer is reached from this process, when that differs, for example `http://127.0.0.1:4000`. */
  issuerAddress?: string
  clientId: string
  /** Sent by HTTP Basic to the token endpoint. Leave it out for a public client. */
  clientSecret?: string
  /** Public address of this app, without a path. Register `baseUrl` + `/login/callback` at the issuer. */
  baseUrl: string
  /** At least 32 bytes. A list rotates: the first one encrypts, all of them decrypt. */
  cookieSecret: string | readonly string[]
  /** The audience that the access token is for (RFC 8707). Default: the issuer's choice for this client. */
  resource?: string
  /** Default `openid profile`. */
  scope?: string
  /** Stands before `/login` and `/logout`, for example `/auth`. Default: nothing. */
  prefix?: string
  /** Begins with `__Host-`. Two apps on one host need different names. Default `__Host-latchkey`. */
  cookieName?: string
  /** Absolute lifetime of a session in this app. Default 604,800 s (7 days), and at most that. */
  sessionSeconds?: number
  /** Told when the issuer reports by back-channel logout that a session ended. A failure is logged and changes nothing. */
  onEnded?: (ended: EndedSession) => void | Promise<void>
  clock?: Clock
  random?: Random
}

/** The options after every check, in the form that the rest of the package uses. */
export interface Settings {
  readonly issuer: string
  readonly issuerAddress: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly baseUrl: string
  readonly cookieSecrets: readonly string[]
  readonly resource: string | undefined
  readonly scope: string
  readonly cookieName: string
  readonly sessionSeconds: number
  readonly onEnded: (ended: EndedSession) => void | Promise<void>
  readonly clock: Clock
  readonly random: Random
  readonly paths: Paths
}

export interface Paths {
  readonly login: string
  readonly callback: string
  readonly backchannel: string
  readonly logout: string
  readonly sessionTicket: string
}

/** Checks the options once, when the plug-in is registered. Throws `InputError`, which never holds a secret. */
export function settle(options: LoginOptions): Settings {
  const prefix = checkedPrefix(options.prefix ?? '')
  const issuer = checkedAddress('issuer', options.issuer)
  return {
    // The exact text: `iss` is compared as a string (RFC 9207 section 2.4).
    issuer: options.issuer,
    issuerAddress: checkedOrigin('issuerAddress', options.issuerAddress ?? issuer.origin),
    clientId: checkedText('clientId', options.clientId),
    clientSecret:
      options.clientSecret === undefined
        ? undefined
        : checkedText('clientSecret', options.clientSecret),
    baseUrl: checkedOrigin('baseUrl', options.baseUrl),
    cookieSecrets: checkedSecrets(options.cookieSecret),
    resource: options.resource,
    scope: checkedScope(options.scope ?? 'openid profile'),
    cookieName: checkedCookieName(options.cookieName ?? '__Host-latchkey'),
    sessionSeconds: checkedSeconds(options.sessionSeconds ?? LIMITS.sessionAbsoluteSeconds),
    onEnded: options.onEnded ?? (() => {}),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    paths: {
      login: `${prefix}/login`,
      callback: `${prefix}/login/callback`,
      backchannel: `${prefix}/login/backchannel`,
      logout: `${prefix}/logout`,
      sessionTicket: `${prefix}/login/session-ticket`,
    },
  }
}

function refuse(where: string, received: string, expected: string): never {
  throw new InputError('login-option', { where, received, expected })
}

/** Plain http carries the client's secret and the cookies, so it stays on this machine. */
function checkedAddress(where: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : refuse(where, `'${text}'`, 'an http(s) address')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    refuse(where, url.origin, 'an address without user, query and fragment')
  }
  const loopback = /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    refuse(where, `'${text}'`, 'https, or http on a loopback address or *.localhost')
  }
  return url
}

function checkedOrigin(where: string, text: string): string {
  const url = checkedAddress(where, text)
  return url.pathname === '/' ? url.origin : refuse(where, `'${text}'`, 'an address without a path')
}

function checkedText(where: string, text: string): string {
  return text === '' ? refuse(where, 'an empty text', 'a text') : text
}

function checkedSecrets(secret: string | readonly string[]): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0 || secrets.length > LOGIN_LIMITS.cookieSecrets) {
    refuse('cookieSecret', `${secrets.length} secrets`, `1 to ${LOGIN_LIMITS.cookieSecrets}`)
  }
  for (const each of secrets) {
    const bytes = Buffer.byteLength(each)
    if (bytes < LOGIN_LIMITS.cookieSecretBytes) {
      refuse('cookieSecret', `${bytes} bytes`, `at least ${LOGIN_LIMITS.cookieSecretBytes} bytes`)
    }
  }
  return secrets
}

function checkedScope(scope: string): string {
  // Without `openid` there is no ID token, and so nobody to sign in (OpenID Connect Core section 3.1.2.1).
  return scope.split(' ').includes('openid') ? scope : refuse('scope', `'${scope}'`, '`openid`')
}

function checkedPrefix(prefix: string): string {
  return /^(\/[A-Za-z0-9_-]+)*$/.test(prefix)
    ? prefix
    : refuse('prefix', `'${prefix}'`, 'segments such as `/auth`, without a slash at the end')
}

function checkedCookieName(name: string): string {
  return /^__Host-[A-Za-z0-9_]{1,32}$/.test(name)
    ? name
    : refuse('cookieName', `'${name}'`, '`__Host-` and up to 32 letters, digits or underscores')
}

function checkedSeconds(seconds: number): number {
  return Number.isInteger(seconds) && seconds >= 1 && seconds <= LIMITS.sessionAbsoluteSeconds
    ? seconds
    : refuse('sessionSeconds', String(seconds), `1 to ${LIMITS.sessionAbsoluteSeconds}`)
}
