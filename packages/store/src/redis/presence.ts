import { presenceList } from '../presence-list.ts'
import type { PresenceStore, VerifierPresence } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { verifierName } from '../verifier-name.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'

/** About 100 KB of script arguments: nobody waits long behind it. */
const VERIFIERS_PER_STEP = 250

/** All of it stands in partition 0: it belongs to no user. */
export function redisPresence(
  { redis, run, keys }: RedisContext,
  watch: PresenceStore['watch'],
): PresenceStore {
  const presence = keys(0).presence
  const [verifiersKey, , processesKey] = presence
  const { presenceSeconds, trimBatch } = STORE_LIMITS

  return {
    async report(process, changed, now) {
      let from = 0
      do {
        const facts = changed.slice(from, from + VERIFIERS_PER_STEP).flatMap(packed)
        const oldest = now - presenceSeconds
        await run('report-verifiers', presence, process, now, oldest, trimBatch, ...facts)
        from += VERIFIERS_PER_STEP
      } while (from < changed.length)
    },

    async list(query) {
      // In this order: a process is known before its verifiers are.
      const [texts, scores] = await Promise.all([
        guarded(redis.hvals(verifiersKey)),
        guarded(redis.zrange(processesKey, '0', '-1', 'WITHSCORES')),
      ])
      const verifiers = texts.map((text): VerifierPresence => JSON.parse(text))
      return presenceList(verifiers, reportTimes(scores), query)
    },

    watch,
  }
}

function packed(verifier: VerifierPresence): [string, number, string] {
  const gone = verifier.goneAt === undefined ? 0 : 1
  return [verifierName(verifier), gone, JSON.stringify(verifier)]
}

function reportTimes(scores: readonly string[]): Map<string, number> {
  const times = new Map<string, number>()
  for (let i = 0; i < scores.length; i += 2) times.set(`${scores[i]}`, Number(scores[i + 1]))
  return times
}
