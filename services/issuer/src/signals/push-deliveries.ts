/**
 * Pushes what waits in the queues: RFC 8935, Shared Signals Framework 1.0 section 6.1.1. Each issuer process has one of these. Signals of a
 * stream go one after the other, so that what concerns one person stays in order; an attempt is claimed for as long as nobody
 * shall make another one, which is the pause after a failure as well. A process that dies loses nothing.
 */
import type { Directory, Stream } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Signal, Store } from '@latchkey/store'
import { alarm } from '../backchannel/alarm.ts'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'
import { pushSignal } from './push-signal.ts'
import { SIGNAL_LIMITS } from './signal-limits.ts'
import type { StreamOutcomes } from './stream-outcomes.ts'

export interface PushDeliveriesDeps {
  readonly streams: Pick<Directory['streams'], 'list' | 'find'>
  readonly signals: Pick<Store['signals'], 'peek' | 'settle' | 'watch'>
  readonly oneTime: Pick<Store['oneTime'], 'claim'>
  readonly outcomes: Pick<StreamOutcomes, 'note'>
  /** The token that a signal is sent as. */
  readonly signed: (signal: Signal) => string
  readonly request: GuardedRequest
  readonly clock: Clock
  readonly log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
  }
}

export interface PushDeliveries {
  start(): void
  /** Something may be waiting, or be allowed now. */
  poke(): void
  /** Begins nothing more; resolves when what is under way has been answered. */
  stop(): Promise<void>
}

const LOOK_EVERY_MS = 5000
const PEEK = 16

export function pushDeliveries(deps: PushDeliveriesDeps): PushDeliveries {
  const { log, signals } = deps
  const wake = alarm(poke)
  const underWay = new Map<string, Promise<void>>()
  /** Something came for them while they were under way. */
  const missed = new Set<string>()
  let stopped = true
  let looking: Promise<void> | undefined
  let lookAgain = false
  let unwatch = () => {}

  function poke(): void {
    lookAgain = true
    if (stopped || looking !== undefined) return
    looking = look()
      .catch((error: unknown) => log.warn({ err: error }, 'streams not read'))
      .finally(() => {
        looking = undefined
        if (lookAgain) poke()
        else wake.in(LOOK_EVERY_MS)
      })
  }

  async function look(): Promise<void> {
    lookAgain = false
    for (const stream of await deps.streams.list()) {
      if (stream.delivery.method !== 'push') continue
      if (underWay.has(stream.id)) missed.add(stream.id)
      else begin(stream.id)
    }
  }

  function begin(id: string): void {
    if (stopped) return
    const work = drain(id)
      .then((retryInMs) => {
        if (retryInMs !== undefined) wake.in(retryInMs)
      })
      .catch((error: unknown) => log.warn({ err: error, stream: id }, 'signals not pushed'))
      .finally(() => {
        underWay.delete(id)
        if (missed.delete(id)) poke()
      })
    underWay.set(id, work)
  }

  /** Resolves with the pause before the next attempt when one has failed. */
  async function drain(id: string): Promise<number | undefined> {
    for (;;) {
      const { signals: waiting } = await signals.peek(id, PEEK, nowSeconds(deps.clock))
      if (waiting.length === 0) return undefined
      for (const signal of waiting) {
        const step = await pushOne(id, signal, deps)
        if (stopped || step.kind === 'later') return undefined
        if (step.kind === 'retry') return step.inMs
      }
    }
  }

  return {
    start: () => {
      stopped = false
      unwatch = signals.watch(poke)
      poke()
    },
    poke,
    stop: async () => {
      stopped = true
      unwatch()
      wake.stop()
      await looking
      await Promise.all(underWay.values())
    },
  }
}

type Step =
  | { readonly kind: 'settled' | 'later' }
  | { readonly kind: 'retry'; readonly inMs: number }

async function pushOne(id: string, signal: Signal, deps: PushDeliveriesDeps): Promise<Step> {
  const { clock, log } = deps
  // Once more, and as it is now: it may have been paused, deleted or sent elsewhere since.
  const stream = await deps.streams.find(id)
  if (stream?.delivery.method !== 'push' || stream.status === 'paused') {
    return { kind: 'later' }
  }
  const pause = pauseSeconds(signal, nowSeconds(clock))
  if (!(await claim(stream, signal, pause, deps))) return { kind: 'later' }
  const pushed = await pushSignal(stream, deps.signed(signal), deps.request)
  const facts = { client: stream.clientId, stream: id, jti: signal.jti, outcome: pushed.outcome }
  await deps.outcomes.note(id, pushed.outcome)
  if (pushed.kind === 'retry') {
    log.warn({ ...facts, retryInSeconds: pause }, 'signal not pushed yet')
    return { kind: 'retry', inMs: pause * 1000 }
  }
  await deps.signals.settle(id, [signal.jti])
  if (pushed.kind === 'accepted') log.info(facts, 'signal pushed')
  else log.warn(facts, 'signal refused')
  return { kind: 'settled' }
}

/** Of several processes one makes the attempt. The address is part of it: a new one is tried at once. */
function claim(
  { id, delivery, updatedAt }: Stream,
  { jti }: Signal,
  pause: number,
  { oneTime, clock }: PushDeliveriesDeps,
): Promise<boolean> {
  const endpoint = delivery.method === 'push' ? delivery.endpoint : ''
  const key = `${id} ${jti} ${updatedAt} ${endpoint}`
  return oneTime.claim('signal-push', key, pause, nowSeconds(clock))
}

/** As long as the signal is old: each pause is twice as long as the one before. */
function pauseSeconds({ expiresAt }: Signal, now: number): number {
  const { keepSeconds, firstRetrySeconds, lastRetrySeconds } = SIGNAL_LIMITS
  const age = now - (expiresAt - keepSeconds)
  return Math.min(Math.max(age, firstRetrySeconds), lastRetrySeconds)
}
