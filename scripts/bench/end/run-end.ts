/** Group `end`: how soon everybody knows that somebody has ended, and what knowing costs. */
import type { GroupOptions } from '../group.ts'
import { privateRedis } from '../private-redis.ts'
import type { Series } from '../result.ts'
import { runColdStart } from './cold-start.ts'
import { runIdle } from './idle.ts'
import { runRevocationSet } from './revocation-set.ts'
import { runSockets } from './sockets.ts'
import { runSpread } from './spread.ts'

export async function runEnd(options: GroupOptions): Promise<Series[]> {
  const redis = await privateRedis(options.say)
  try {
    return [
      ...(await runSpread(redis?.url, options)),
      ...(await runSockets(options)),
      ...(await runRevocationSet(options)),
      ...(await runColdStart(options)),
      ...(await runIdle(options)),
    ]
  } finally {
    await redis?.stop()
  }
}
