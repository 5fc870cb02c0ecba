import { InputError } from '@latchkey/protocol'

export interface FeedAddress {
  /** `ws://…/feed` or `wss://…/feed`. */
  readonly url: string
  /** The host names this machine, so its address must not be asked from a name server. */
  readonly loopback: boolean
}

/**
 * Where the feed of an issuer is. Plain http is for loopback alone: the client secret and the keys travel on it.
 * Throws `InputError` for anything else that is not an absolute http or https URL without credentials, query and fragment.
 */
export function feedAddress(issuerAddress: string): FeedAddress {
  const url = parseAddress(issuerAddress)
  const loopback = isLoopback(url.hostname)
  if (url.protocol === 'http:' && !loopback) {
    throw new InputError('issuer-address-insecure', {
      where: 'issuerAddress',
      received: url.origin,
      expected: 'an https address; http is accepted for loopback only',
    })
  }
  const scheme = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return { url: `${scheme}//${url.host}${url.pathname.replace(/\/$/, '')}/feed`, loopback }
}

function parseAddress(issuerAddress: string): URL {
  const url = URL.canParse(issuerAddress) ? new URL(issuerAddress) : undefined
  const known = url && (url.protocol === 'http:' || url.protocol === 'https:')
  if (
    !known ||
    url.username !== '' ||
    url.password !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new InputError('issuer-address', {
      where: 'issuerAddress',
      // Not the text itself: it may hold credentials.
      received: known ? `more than an address, at ${url.origin}` : 'something else',
      expected: 'an absolute https URL without credentials, query and fragment',
    })
  }
  return url
}

/** RFC 8252 section 7.3 and RFC 6761 section 6.3: 127/8, ::1, localhost and what ends in .localhost. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}
