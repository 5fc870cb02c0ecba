import { StoreUnavailable } from '@latchkey/protocol'
import type { Redis } from 'ioredis'
import { guarded } from './guarded.ts'
import type { RunScript, RunWithin } from './script.ts'

export interface ConfirmedScriptDeps {
  /**
   * A connection of its own: WAIT speaks of the writes of its connection, and nothing else passes there until it is answered. That it
   * is the same connection also proves that it is the same server: after a failover it is broken.
   */
  readonly redis: Redis
  readonly within: RunWithin
  /** How many must have the write, the one that takes it not counted. */
  readonly replicas: number
  /** Of one call with all that it waits for. */
  readonly commandTimeoutMs: number
}

/** What is asked while a WAIT is under way comes after it, and must still have time for one of its own. */
const SHARE_OF_WAIT = 0.4

/**
 * Runs scripts whose effect must survive a failover before the caller goes on. Whatever is asked while a WAIT is under way goes
 * together behind it, under one WAIT, so that many ends at once cost two. Throws StoreUnavailable, with the reason `store_unconfirmed` when
 * the script has done its work.
 */
export function confirmedScripts(deps: ConfirmedScriptDeps): RunScript {
  const { redis, within, replicas, commandTimeoutMs } = deps
  const waitMs = Math.floor(commandTimeoutMs * SHARE_OF_WAIT)
  let underWay: Promise<unknown> = Promise.resolve()
  let atEndOfTurn: Promise<void> | undefined

  async function confirm(): Promise<void> {
    await new Promise(setImmediate)
    atEndOfTurn = undefined
    const answer = guarded(redis.wait(replicas, waitMs))
    underWay = answer.catch(() => {})
    const having = await answer
    if (having < replicas) throw new Error(`${having} of ${replicas} replicas have it`)
  }

  /** Of everything that was sent before the end of this turn of the loop. */
  function confirmation(): Promise<void> {
    atEndOfTurn ??= confirm()
    return atEndOfTurn
  }

  return async (...script) => {
    const givenUpMs = performance.now() + commandTimeoutMs
    await underWay
    const leftMs = givenUpMs - performance.now()
    if (leftMs <= waitMs) throw new StoreUnavailable('Redis')
    let replied = false
    const work = within(leftMs, ...script).finally(() => {
      replied = true
    })
    const [reply, stands] = await Promise.allSettled([
      inTime(work, leftMs),
      inTime(
        behind(confirmation(), () => replied),
        leftMs,
      ),
    ])
    if (reply.status === 'rejected') throw reply.reason
    if (stands.status === 'rejected') {
      throw new StoreUnavailable('Redis', { cause: stands.reason, reason: 'store_unconfirmed' })
    }
    return reply.value
  }
}

/**
 * Replies come in the order of the commands. A script that has none yet when its WAIT has was unknown to the server, and sent once more
 * behind the WAIT, which then says nothing of it.
 */
async function behind(confirmation: Promise<void>, hasReply: () => boolean): Promise<void> {
  await confirmation
  // What arrived together has been passed on by then, and nothing else can have arrived.
  await new Promise(setImmediate)
  if (!hasReply()) throw new Error('the script was carried out after the WAIT')
}

/** The connection's own limit counts from when a command was sent; the caller's began before that. */
async function inTime<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new StoreUnavailable('Redis')), limitMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
