import { isIP } from 'node:net'
import { checkPostgresUrl } from '@latchkey/directory'
import { InputError, LIMITS } from '@latchkey/protocol'
import { TEXT } from './json-schema.ts'
import { type Kind, scalarKind } from './kinds.ts'
import { show } from './located.ts'

/**
 * Characters of RFC 3986. The URL parser lets braces and others through, so that a forgotten placeholder such as
 * `https://${env.HOST}` would become a strange host instead of a message.
 */
const URL_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/

export function parseUrl(value: unknown): URL | undefined {
  if (typeof value !== 'string' || value.length > LIMITS.uriChars) return undefined
  if (!URL_CHARACTERS.test(value)) return undefined
  return URL.parse(value) ?? undefined
}

/** Hosts that never leave this machine: RFC 6761 section 6.3, RFC 8252 section 7.3. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost') || name === '::1') return true
  return isIP(name) === 4 && name.startsWith('127.')
}

/**
 * The public identity. It is compared byte by byte with `iss` and with what clients are configured with, so there is
 * one spelling: scheme, host in small letters, port unless it is the default, nothing after it. A path is refused
 * because `__Host-` cookies and the well-known documents belong to the whole origin.
 * Plain http only where it cannot leave the machine.
 */
export function issuerUrl(): Kind<string> {
  const shape =
    'the public address, such as https://sso.example.com, without path or slash at the end'
  return {
    shape,
    schema: { ...TEXT, pattern: '^https?://[^/]+$' },
    read: (found, { report }) => {
      const value = found.kind === 'scalar' ? found.value : undefined
      const url = parseUrl(value)
      const refuse = (code: string, expected: string) => {
        report({ at: found.at, code, received: show(found), expected })
        return undefined
      }
      if (url === undefined || !/^https?:$/.test(url.protocol)) return refuse('issuer-form', shape)
      if (url.username !== '' || url.password !== '') return refuse('issuer-form', shape)
      if (url.origin !== value) return refuse('issuer-form', `exactly ${url.origin}`)
      if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
        return refuse(
          'issuer-insecure',
          'https, or http on localhost, *.localhost, 127.0.0.1 or ::1',
        )
      }
      return url.origin
    },
  }
}

/** `redis://` or `rediss://` (TLS), with user, password and database number as its parts. */
export function parseRedisUrl(value: string): string | undefined {
  const url = parseUrl(value)
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '') return undefined
  return /^\/?\d{0,3}$/.test(url.pathname) && url.hash === '' ? value : undefined
}

/** What `checkPostgresUrl` lets through. Its message would say more, but a part of a secret is not shown. */
export function parsePostgresUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || parseUrl(value) === undefined) return undefined
  try {
    return checkPostgresUrl(value)
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/**
 * An IP address or a range in CIDR form. `fc00::/7` is the largest range that is private; larger ones would mean to
 * believe anybody.
 */
export function addressRange(): Kind<string> {
  return scalarKind('an IP address or a CIDR range, not everybody', 'not-an-address', parseRange)
}

function parseRange(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const [address = '', prefix, ...more] = value.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return undefined
  if (prefix === undefined) return value
  if (!/^\d{1,3}$/.test(prefix)) return undefined
  const bits = Number(prefix)
  return bits >= 7 && bits <= (version === 4 ? 32 : 128) ? value : undefined
}

/** Whom the issuer may call besides public hosts: a name as the URL parser writes it, an address, or a range. */
export function outgoingTarget(): Kind<string> {
  const shape = 'a host name in small letters, an IP address or a CIDR range, not everybody'
  return scalarKind(shape, 'not-a-target', (value) => {
    if (typeof value !== 'string' || !/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(value)) {
      return parseRange(value)
    }
    // What the parser takes for an address (`0x7f.1`) comes out of it in another form.
    return URL.parse(`https://${value}/`)?.hostname === value ? value : undefined
  })
}

export interface HostAndPort {
  readonly host: string
  readonly port: number
}

/** Where something is reached that has no scheme. */
export function hostAndPort(): Kind<HostAndPort> {
  return scalarKind('HOST:PORT', 'not-host-and-port', (value) => {
    if (typeof value !== 'string' || !/^[^/?#@]+:\d{1,5}$/.test(value)) return undefined
    const host = parseUrl(`redis://${value}`)?.hostname.replace(/^\[|\]$/g, '')
    const port = Number(value.slice(value.lastIndexOf(':') + 1))
    return host !== undefined && port > 0 && port < 65536 ? { host, port } : undefined
  })
}

/** A host to listen on: an address or a name. */
export function listenHost(): Kind<string> {
  return scalarKind('an IP address or a host name', 'not-a-host', (value) => {
    if (typeof value !== 'string' || value.length > 253) return undefined
    if (isIP(value) !== 0) return value
    // Digits and dots only would be an address that is none.
    return /^(?![\d.]+$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value) ? value : undefined
  })
}
