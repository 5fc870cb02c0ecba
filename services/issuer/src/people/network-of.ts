/** Which network an address counts for: an IPv4 address alone, of IPv6 the /64 that one household or server is given (RFC 6177). */
import { isIPv4, isIPv6 } from 'node:net'

const MOST_CHARS = 64

export function networkOf(address: string): string {
  const [bare = ''] = address.split('%')
  if (isIPv4(bare) || !isIPv6(bare)) return bare.slice(0, MOST_CHARS)
  const groups = groupsOf(bare)
  const [high = 0, low = 0] = groups.slice(6)
  // RFC 4291 section 2.5.5.2: an IPv4 address, as a socket for both families names it.
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight numbers of an IPv6 address. The URL parser writes every spelling in one form, without dots. */
function groupsOf(address: string): readonly number[] {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [left = [], right = []] = canonical
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))))
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}
