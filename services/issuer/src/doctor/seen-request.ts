import type { FastifyRequest } from 'fastify'
import type { AddressSet } from '../outgoing/public-address.ts'
import { singleCookie } from '../sessions/session-cookie.ts'

/** RFC 6265bis section 4.1.3.2: browsers keep it only with `Secure`, `Path=/` and no `Domain`. */
export const PROBE_COOKIE = '__Host-latchkey-doctor'

/** A request to the public address as it has reached the issuer. */
export interface SeenRequest {
  readonly host: string
  /** Who is counted and logged. */
  readonly address: string
  /** Whether a proxy that is named in the settings has passed it on. */
  readonly from_trusted_proxy: boolean
  /** Whether somebody says for whom it is passed on. */
  readonly has_forwarded_for: boolean
  /** What that proxy says the browser has come by; absent: nothing. */
  readonly forwarded_proto?: string
  /** The value of the cookie that the probe has set before; absent: it did not come back. */
  readonly cookie?: string
}

/** @param proxies those that are believed */
export function seenRequest(request: FastifyRequest, proxies: AddressSet): SeenRequest {
  const { headers, ip, raw } = request
  const proto = headers['x-forwarded-proto']
  const cookie = singleCookie(headers.cookie, PROBE_COOKIE)
  return {
    host: headers.host ?? '',
    address: ip,
    from_trusted_proxy: proxies.has(raw.socket.remoteAddress ?? ''),
    has_forwarded_for:
      headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined,
    ...(typeof proto === 'string' && { forwarded_proto: proto }),
    ...(cookie !== undefined && { cookie }),
  }
}
