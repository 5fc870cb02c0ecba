import { InputError } from '@latchkey/protocol'

/** Reads an address at the edge: http or https, and nothing in it that would leak or get lost when a path is added. */
export function parseAddress(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain =
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.username + url.password + url.search + url.hash === ''
  if (plain) return url
  throw new InputError('address', {
    received: JSON.stringify(
      url === undefined ? text : `${url.protocol}//${url.host}${url.pathname}`,
    ),
    expected: 'an http or https URL without user, query and fragment',
    where,
  })
}

/**
 * The URL of a path at a service. The path is put after the address, never resolved against it, so that no path
 * (`//evil.example`, `https://evil.example`) names another host; dot segments may not leave the address either.
 */
export function serviceUrl(address: URL, path: string): URL {
  const base = address.pathname.replace(/\/$/, '')
  const text = `${address.origin}${base}${path}`
  if (path.startsWith('/') && URL.canParse(text)) {
    const url = new URL(text)
    if (url.pathname.startsWith(`${base}/`)) return url
  }
  throw new InputError('service-path', {
    received: JSON.stringify(path),
    expected: `a path that begins with "/" and stays below ${address.href}`,
  })
}
