/** Names below `localhost` are loopback (RFC 6761 section 6.3). Browsers know that; Node asks the resolver, which may not. */
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

export const loopbackLookup: LookupFunction = (hostname, options, callback) => {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) {
    const address = { address: '127.0.0.1', family: 4 }
    if (options.all) callback(null, [address])
    else callback(null, address.address, address.family)
    return
  }
  lookup(hostname, options, callback)
}
