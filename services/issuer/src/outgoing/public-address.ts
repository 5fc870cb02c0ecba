/** Which addresses belong to the open internet: the special-purpose registries of IANA (RFC 6890), RFC 1918, RFC 6598, RFC 4193. */
import { BlockList, isIP } from 'node:net'

/** IPv4 that is not somebody's public host, as `address/prefix`. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8', // this host; Linux connects to itself
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, where clouds keep their credentials
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]

/**
 * Global unicast (RFC 4291 section 2.4) is all of IPv6 that is public. Everything else is closed without being listed:
 * loopback, link-local, unique local, multicast, and the forms that carry an IPv4 address (mapped, compatible, NAT64).
 */
const GLOBAL_UNICAST = '2000::/3'

const NOT_PUBLIC_6 = [
  '2001::/23', // protocol assignments, among them Teredo, which carries IPv4
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries IPv4
  '3fff::/20', // documentation
]

const closed = addressSet([...NOT_PUBLIC_4, ...NOT_PUBLIC_6])
const unicast = addressSet([GLOBAL_UNICAST])

/** True for an address of a public host. False for a text that is no address. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.has(address)
    case 6:
      return unicast.has(address) && !closed.has(address)
    default:
      return false
  }
}

export interface AddressSet {
  /** False for a text that is no address. An IPv4-mapped IPv6 address is its IPv4 address. */
  has(address: string): boolean
}

/** Addresses and ranges in CIDR form. */
export function addressSet(ranges: readonly string[]): AddressSet {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return {
    has: (address) => {
      const version = isIP(address)
      return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
    },
  }
}
