import type { CustomFetch } from 'openid-client'
import { exchange } from '../exchange.ts'

/** Of each request; a device that waits for its person asks many times. */
const TIMEOUT_MS = 15_000

/**
 * `fetch` for openid-client that reaches an issuer at its own address, and names under `localhost` at loopback. It follows no
 * redirects: they would carry the credentials along.
 */
export function providerFetch(issuer: string, issuerAddress: string): CustomFetch {
  const own = new URL(issuer)
  return async (address, { method, headers, body }) => {
    const url = new URL(address)
    const isOwn = url.origin === own.origin
    const answer = await exchange({
      url: isOwn ? new URL(`${url.pathname}${url.search}`, issuerAddress) : url,
      as: url,
      method,
      headers: { ...headers },
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      timeoutMs: TIMEOUT_MS,
    })
    const pairs = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    )
    const isEmpty = [204, 205, 304].includes(answer.status)
    const init = { status: answer.status, headers: pairs }
    return new Response(isEmpty ? null : new Uint8Array(answer.body), init)
  }
}
