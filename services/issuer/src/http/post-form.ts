import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { loopbackLookup } from './loopback-lookup.ts'

export type PostOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly why: string }

/** Posts a form and reads nothing but the status. Redirects are not followed; no cookie or credential goes along. */
export function postForm(
  uri: string,
  fields: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<PostOutcome> {
  const body = new URLSearchParams(fields).toString()
  const request = new URL(uri).protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve) => {
    const outgoing = request(uri, {
      method: 'POST',
      agent: false,
      lookup: loopbackLookup,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      },
    })
    outgoing.on('response', (response) => {
      response.destroy()
      resolve({ kind: 'answered', status: response.statusCode ?? 0 })
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ kind: 'failed', why: error.code ?? error.name })
    })
    outgoing.end(body)
  })
}
