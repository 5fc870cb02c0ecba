/** Group `verify`: one thread decides about tokens, in turns with the peers. */
import { benchKey, forge, signTokens } from '../bench-tokens.ts'
import type { GroupOptions } from '../group.ts'
import { headerBlock } from '../header-block.ts'
import { playRounds } from '../play-rounds.ts'
import type { Series } from '../result.ts'
import { repeatableRandom, zipf } from '../zipf.ts'
import type { Contender } from './contender.ts'
import { headerFloor, hmacFloor, jsonFloor, mapFloor } from './floors.ts'
import { peers } from './peers.ts'
import { product } from './product.ts'
import { PATTERNS, routeContenders } from './routes.ts'
import { type Turn, takeTurn, type Work } from './take-turns.ts'

/** Long enough for the system's count of CPU time, which goes by the millisecond. */
const OPERATIONS = { unseen: 5000, reused: 20_000, forged: 5000, routes: 50_000 }
const QUICK_OPERATIONS = 300
const PLAN = { usual: 21, quick: 2, warmUp: 4, budgetMs: 40_000 }
/** Smaller than the caches of all contenders. */
const ACTIVE_TOKENS = 10_000

const key = benchKey()

export async function runVerify(options: GroupOptions): Promise<Series[]> {
  return [
    ...(await unseenTokens(options)),
    ...(await reusedTokens(options)),
    ...(await forgedTokens(options)),
    ...(await manyRoutes(options)),
  ]
}

/** Every round signs new tokens, so that nobody has ever seen one. */
async function unseenTokens(options: GroupOptions): Promise<Series[]> {
  const [sample = ''] = signTokens(key, 1)
  const contenders = [
    headerFloor(),
    hmacFloor(key),
    jsonFloor(sample),
    product(key),
    ...(await peers(key, true)),
  ]
  return await play('unseen', contenders, options, (count) => {
    const block = headerBlock(signTokens(key, count))
    return { count, header: block.fresh, good: true }
  })
}

/** Ten thousand callers, some of them busier than others, who come again and again. */
async function reusedTokens(options: GroupOptions): Promise<Series[]> {
  const tokens = signTokens(key, ACTIVE_TOKENS)
  const block = headerBlock(tokens)
  const contenders = [headerFloor(), mapFloor(tokens), product(key), ...(await peers(key, true))]
  const draw = zipf(tokens.length, repeatableRandom(1))
  for (const contender of contenders) {
    const all = { count: tokens.length, header: block.fresh, good: true }
    // Twice: some caches take in what comes for the second time.
    if ('accepts' in contender) for (const work of [all, all]) await takeTurn(contender, work)
  }
  return await play('reused', contenders, options, (count) => {
    const drawn = Int32Array.from({ length: count }, draw)
    return { count, header: (n) => block.fresh(drawn[n] as number), good: true }
  })
}

/** A flood of tokens with a wrong signature. */
async function forgedTokens(options: GroupOptions): Promise<Series[]> {
  const contenders = [hmacFloor(key), product(key), ...(await peers(key, false))]
  return await play('forged', contenders, options, (count) => {
    const block = headerBlock(signTokens(key, count).map(forge))
    return { count, header: block.fresh, good: false }
  })
}

/** The right to a route alone, of callers that were verified before. */
async function manyRoutes(options: GroupOptions): Promise<Series[]> {
  const draw = repeatableRandom(2)
  return await play('routes', routeContenders(key), options, (count) => {
    const drawn = Int32Array.from({ length: count }, () => Math.floor(draw() * PATTERNS.length))
    return { count, header: (n) => PATTERNS[drawn[n] as number] as string, good: true }
  })
}

async function play(
  set: keyof typeof OPERATIONS,
  contenders: readonly Contender[],
  options: GroupOptions,
  workFor: (operations: number) => Work,
): Promise<Series[]> {
  const turns = new Map<Contender, Turn[]>(contenders.map((contender) => [contender, []]))
  await playRounds({ what: `verify, ${set} tokens`, ...PLAN }, options, async (counts) => {
    const work = workFor(options.quick ? QUICK_OPERATIONS : OPERATIONS[set])
    for (const [contender, taken] of turns) {
      const turn = await takeTurn(contender, work)
      if (counts) taken.push(turn)
    }
  })
  return [...turns].map(([{ name, role }, taken]) => ({
    group: 'verify',
    set,
    name,
    role,
    unit: 'ns/op',
    values: taken.map((turn) => turn.wallNsPerOp),
    cpuNsPerOp: taken.map((turn) => turn.cpuNsPerOp),
  }))
}
