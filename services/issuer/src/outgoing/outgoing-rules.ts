import { isIP } from 'node:net'
import { addressSet, isPublicAddress } from './public-address.ts'

export interface OutgoingRules {
  /** Why no request may be made to this address, for logs; undefined when nothing speaks against it so far. */
  refuseUri(url: URL): string | undefined
  /** The same, after all that its host resolves to. */
  refuseAddresses(url: URL, addresses: readonly string[]): string | undefined
}

/**
 * Where requests may go: to public hosts by https, and besides to what the operator has named in `outgoing.allow` (host
 * names as they stand in a URL, addresses, ranges), there by plain http too. One address outside is enough to refuse:
 * nobody can tell which one a connection would have taken.
 */
export function outgoingRules(allow: readonly string[]): OutgoingRules {
  const isRange = (entry: string) => isIP(entry.split('/')[0] ?? '') !== 0
  const ranges = addressSet(allow.filter(isRange))
  const names = new Set(allow.filter((entry) => !isRange(entry)))
  return {
    refuseUri: (url) => {
      if (!/^https?:$/.test(url.protocol)) return 'scheme_refused'
      // Node would send them as credentials.
      return url.username === '' && url.password === '' ? undefined : 'credentials_in_uri'
    },
    refuseAddresses: (url, addresses) => {
      if (addresses.length === 0) return 'ENOTFOUND'
      const isAllowed = (address: string) => names.has(url.hostname) || ranges.has(address)
      if (!addresses.every((one) => isAllowed(one) || isPublicAddress(one))) {
        return 'address_refused'
      }
      const isPlain = url.protocol === 'http:'
      return isPlain && !addresses.every(isAllowed) ? 'scheme_refused' : undefined
    },
  }
}
