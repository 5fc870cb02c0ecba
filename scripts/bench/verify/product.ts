import { localFeed } from '@latchkey/feed'
import type { LogEntry } from '@latchkey/protocol'
import { type Verifier, verifierFrom } from '@latchkey/verifier'
import { type BenchKey, ISSUER, METHOD, PATTERN, REV, SERVICE } from '../bench-tokens.ts'
import { tokenOf } from '../header-block.ts'
import { PRODUCT } from '../result.ts'
import type { SyncContender } from './contender.ts'

const LEASE_MS = 3600_000
const OTHER_ROUTES = 200

/**
 * A verifier as a service has it, with a lease, a published catalogue, and a log in which a thousand others have ended; only
 * the network is missing.
 */
export function benchVerifier(key: BenchKey): Verifier {
  const feed = localFeed()
  const k = key.signingKey.export().toString('base64url')
  feed.setKeys([{ kid: key.kid, alg: 'HS256', state: 'active', k }])
  const [p, epoch, offset] = REV
  const entries = Array.from({ length: offset }, (_, index) => entryOf(p, index + 1))
  feed.setLog({ p, epoch, offset, digest: 'bench' }, entries)
  feed.lend(LEASE_MS)
  const verifier = verifierFrom({ issuer: ISSUER, service: SERVICE, feed })
  const others = Array.from({ length: OTHER_ROUTES }, (_, n) => ({
    method: 'GET',
    pattern: `/other/${n}`,
  }))
  verifier.publishRoutes([...others, { method: METHOD, pattern: PATTERN }])
  return verifier
}

/** Verifies token, lease, expiry and revocation, and then the right to call the route. */
export function product(key: BenchKey): SyncContender {
  const verifier = benchVerifier(key)
  return {
    name: PRODUCT,
    role: 'product',
    accepts: (header) => {
      const outcome = verifier.verify(tokenOf(header))
      return outcome.kind === 'valid' && verifier.may(outcome.claims, METHOD, PATTERN)
    },
  }
}

function entryOf(p: number, o: number): LogEntry {
  const x = Math.floor(Date.now() / 1000) + 3600
  const k = o % 2 === 0 ? 'session' : 'user'
  return { p, o, k, v: `${k}-that-has-ended-${o}`, x, d: String(o) }
}
