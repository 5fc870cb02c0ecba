/** What it costs to look up the right to a route, once a token is verified: a bitmap beside a list, among 4,000 routes. */
import { localFeed } from '@latchkey/feed'
import { catalogueHash, grantsBitmap } from '@latchkey/permissions'
import type { AccessTokenClaims, RoutesClaim } from '@latchkey/protocol'
import { verifierFrom } from '@latchkey/verifier'
import { type BenchKey, claimsAt, ISSUER, REV, SERVICE } from '../bench-tokens.ts'
import { PRODUCT } from '../result.ts'
import type { SyncContender } from './contender.ts'

const ROUTES = 4000
const CALLERS = 1000
const TOPS = 15
const LEASE_MS = 3600_000

export const LIST = `${PRODUCT}, a list of ${TOPS} grants`
export const FLOOR = 'floor: Map of Sets'

const CATALOGUE = Array.from({ length: ROUTES }, (_, number) => ({
  number,
  method: 'GET',
  pattern: `/part-${number % TOPS}/:id/route-${number}`,
}))
const GRANTS = Array.from({ length: TOPS }, (_, top) => `GET /part-${top}/*`)

/** Patterns to ask about, as a router hands them over: the same texts again and again. */
export const PATTERNS: readonly string[] = CATALOGUE.map(({ pattern }) => pattern)

export function routeContenders(key: BenchKey): SyncContender[] {
  const bitmap = { c: catalogueHash(CATALOGUE), b: grantsBitmap(GRANTS, CATALOGUE) }
  const granted = new Map([['GET', new Set(PATTERNS)]])
  return [
    {
      name: FLOOR,
      role: 'floor',
      accepts: (pattern) => granted.get('GET')?.has(pattern) === true,
    },
    { name: PRODUCT, role: 'product', accepts: asking(key, bitmap) },
    { name: LIST, role: 'product', accepts: asking(key, GRANTS) },
  ]
}

/** Callers take turns, so that nothing is remembered from the question before. */
function asking(key: BenchKey, routes: RoutesClaim): (pattern: string) => boolean {
  const feed = localFeed()
  const k = key.signingKey.export().toString('base64url')
  feed.setKeys([{ kid: key.kid, alg: 'HS256', state: 'active', k }])
  const [p, epoch, offset] = REV
  feed.setLog({ p, epoch, offset, digest: 'bench' }, [])
  feed.lend(LEASE_MS)
  const verifier = verifierFrom({ issuer: ISSUER, service: SERVICE, feed })
  verifier.publishRoutes(CATALOGUE)
  const numbers = CATALOGUE.map(({ number }) => number)
  feed.setCatalogue({ numbers, heads: [[ROUTES, catalogueHash(CATALOGUE)]] })
  const now = Math.floor(Date.now() / 1000)
  const callers: AccessTokenClaims[] = Array.from({ length: CALLERS }, () => ({
    ...claimsAt(now, now + 900),
    routes,
  }))
  let next = 0
  return (pattern) => {
    next = next === CALLERS - 1 ? 0 : next + 1
    return verifier.may(callers[next] as AccessTokenClaims, 'GET', pattern)
  }
}
