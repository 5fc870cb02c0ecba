/** What an operation costs besides time, as sets of their own beside the limits that it has to keep. */
import { Redis } from 'ioredis'
import type { Role, Series } from '../result.ts'
import { CONTENDERS, COSTS, type Contender, FLOWS, type Flow, LIMITS } from './bench-op.ts'

export const ROLES: Readonly<Record<Contender, Role>> = {
  latchkey: 'product',
  provider: 'peer',
  floor: 'floor',
}

/** One figure of one contender. */
export function cost(
  set: string,
  contender: Contender,
  unit: Series['unit'],
  values: readonly number[],
): Series {
  const name = CONTENDERS[contender]
  return { group: 'token', set, name, role: ROLES[contender], unit, values, cpuNsPerOp: [] }
}

/** Commands and bytes, which were counted with the rates. */
export function redisCosts(all: readonly Series[]): Series[] {
  const of = (flow: Flow, set: string, what: 'redisCommands' | 'redisBytes'): Series[] =>
    all
      .filter((one) => one.set === FLOWS[flow] && one.role !== 'floor')
      .map((one) => {
        const value = one.extra?.[what] ?? Number.NaN
        const unit = what === 'redisCommands' ? 'commands' : 'B'
        return { ...one, set, unit, values: [value], cpuNsPerOp: [], extra: {} }
      })
  return [
    ...of('login', COSTS.loginCommands, 'redisCommands'),
    limit(COSTS.loginCommands, LIMITS.commands, 'commands', 6),
    ...of('refresh', COSTS.refreshCommands, 'redisCommands'),
    limit(COSTS.refreshCommands, LIMITS.oneCommand, 'commands', 1),
    ...of('login', COSTS.loginBytes, 'redisBytes'),
    limit(COSTS.loginBytes, LIMITS.bytes, 'B', 500),
    ...of('refresh', COSTS.refreshBytes, 'redisBytes'),
  ]
}

function limit(set: string, name: string, unit: Series['unit'], value: number): Series {
  return { group: 'token', set, name, role: 'floor', unit, values: [value], cpuNsPerOp: [] }
}

/** A session with one family, beside the same facts as a plain hash of eight fields. */
export async function sessionBytes(redisUrl: string): Promise<Series[]> {
  const redis = new Redis(redisUrl)
  try {
    const [session] = await redis.keys('lk:{p0}:s:*')
    if (session === undefined) throw new Error('no session in Redis')
    const plain = 'plain:s0_0123456789abcdefghijkl'
    await redis.hset(plain, PLAIN)
    const sizes = await Promise.all([session, plain].map((key) => redis.memory('USAGE', key)))
    await redis.del(plain)
    const [ours = Number.NaN, theirs = Number.NaN] = sizes.map(Number)
    return [
      cost(COSTS.sessionBytes, 'latchkey', 'B', [ours]),
      limit(COSTS.sessionBytes, LIMITS.plainHash, 'B', theirs),
    ]
  } finally {
    redis.disconnect()
  }
}

/** What a session and its refresh token have to remember at least, as one writes it down without a thought for size. */
const PLAIN = {
  sub: 'u_01HZXW5T9N4V7Q2R8M3K6P0ABC',
  secretHash: 'a'.repeat(43),
  authTime: '1795420800',
  acr: 'urn:latchkey:acr:password',
  amr: '["pwd"]',
  createdAt: '1795420800',
  expiresAt: '1796025600',
  family: JSON.stringify({
    id: 'abcdefgh',
    clientId: 'orders',
    scope: 'openid',
    audience: 'http://orders.localhost',
    generation: 1,
    rotatedAt: 1_795_420_800,
    expiresAt: 1_796_025_600,
  }),
}
