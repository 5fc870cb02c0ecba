/** What the browser says about a request: Fetch Metadata (W3C), RFC 6454 section 7. Attacks E3 and E4. */
import type { IncomingHttpHeaders } from 'node:http'

/** A person opens a page: only then does it help to send the browser somewhere else. */
export function isNavigation(method: string, headers: IncomingHttpHeaders): boolean {
  const mode = headers['sec-fetch-mode']
  return (
    (method === 'GET' || method === 'HEAD') &&
    (mode === undefined || mode === 'navigate') &&
    headers.upgrade === undefined &&
    (headers.accept ?? '').includes('text/html')
  )
}

/** A form of this app sent it. Without any word of the browser the answer is no. */
export function isSameOriginPost(headers: IncomingHttpHeaders, ownOrigin: string): boolean {
  const site = headers['sec-fetch-site']
  return site === undefined ? headers.origin === ownOrigin : site === 'same-origin'
}

/** A person followed a link of this app to a page of its own: no image, no frame, no prefetch. */
export function isSameOriginLink(headers: IncomingHttpHeaders): boolean {
  return (
    headers['sec-fetch-site'] === 'same-origin' &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    headers['sec-purpose'] === undefined
  )
}
