import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'

/** Every address of a host, without duplicates. Throws what the resolver says: `ENOTFOUND`, `EAI_AGAIN`. */
export type ResolveHost = (host: string) => Promise<readonly LookupAddress[]>

/**
 * Look-ups by the system's resolver block a thread of Node's pool, four by default, which hash passwords as well. Hosts whose
 * name servers never answer must not stop people from signing in.
 */
const MOST_AT_ONCE = 2

/** Addresses as they are; names below `localhost` as loopback (RFC 6761 section 6.3), which not every resolver knows. */
export function hostResolver(lookup: ResolveHost = bySystem): ResolveHost {
  const waiting: (() => void)[] = []
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>()
  let busy = 0

  /** Who asks for the same name meanwhile shares the answer: many requests to one app must not keep the others waiting. */
  function shared(host: string): Promise<readonly LookupAddress[]> {
    const known = underWay.get(host)
    if (known !== undefined) return known
    const work = inTurn(host).finally(() => underWay.delete(host))
    underWay.set(host, work)
    return work
  }

  async function inTurn(host: string): Promise<readonly LookupAddress[]> {
    if (busy >= MOST_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve))
    else busy++
    try {
      return await lookup(host)
    } finally {
      // Who waits takes over this place.
      const next = waiting.shift()
      if (next) next()
      else busy--
    }
  }

  return async (host) => {
    const bare = host.replace(/^\[|\]$/g, '')
    const family = isIP(bare)
    if (family !== 0) return [{ address: bare, family }]
    const isLocal = host === 'localhost' || host.endsWith('.localhost')
    return isLocal ? [{ address: '127.0.0.1', family: 4 }] : await shared(host)
  }
}

function bySystem(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => {
      if (error) reject(error)
      else resolve(addresses)
    })
  })
}
