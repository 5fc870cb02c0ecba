import { isIP } from 'node:net'
import { addressSet, isPublicAddress } from './public-address.ts'

export interface OutgoingRules {
  /**
   * Whether a request to this address may be made, after all that its host resolves to. `why` is the reason why not, for logs.
   */
  judge(
    url: URL,
    addresses: readonly string[],
  ): { readonly kind: 'allowed' } | { readonly kind: 'refused'; readonly why: string }
}

/**
 * Where requests may go: to public hosts by https, and besides to what the operator has named in `outgoing.allow` (host
 * names as they stand in a URL, addresses, ranges), there by plain http too. One address outside is enough to refuse:
 * nobody can tell which one a connection would have taken.
 */
export function outgoingRules(allow: readonly string[]): OutgoingRules {
  const isRange = (entry: string) => isIP(entry.split('/')[0] ?? '') !== 0
  const ranges = addressSet(allow.filter(isRange))
  const names = new Set(allow.filter((entry) => !isRange(entry)).map((name) => name.toLowerCase()))
  return {
    judge: (url, addresses) => {
      if (!/^https?:$/.test(url.protocol)) return refused('scheme_refused')
      // Node would send them as credentials.
      if (url.username !== '' || url.password !== '') return refused('credentials_in_uri')
      if (addresses.length === 0) return refused('ENOTFOUND')
      const isNamed = names.has(url.hostname)
      const isAllowed = (address: string) => isNamed || ranges.has(address)
      if (!addresses.every((one) => isAllowed(one) || isPublicAddress(one))) {
        return refused('address_refused')
      }
      const isPlain = url.protocol === 'http:'
      return isPlain && !addresses.every(isAllowed)
        ? refused('scheme_refused')
        : { kind: 'allowed' }
    },
  }
}

function refused(why: string) {
  return { kind: 'refused', why } as const
}
