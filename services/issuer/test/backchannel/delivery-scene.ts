import { join } from 'node:path'
import type { Client } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'
import { type OutboxStore, openSqliteStore, type SessionRecord } from '@latchkey/store'
import type { Test } from 'tap'
import { logoutDeliveries } from '../../src/backchannel/logout-deliveries.ts'
import type { GuardedRequest, OutgoingOutcome } from '../../src/outgoing/guarded-request.ts'

export const START = 1_900_000_000
export const sidOf = (index: number) => `s0_${String(index).padStart(22, '0')}`
export const sessionOf = (index: number, ...clients: string[]): SessionRecord => ({
  sid: sidOf(index),
  sub: 'u_ada',
  handleHash: '',
  authTime: START,
  acr: '',
  amr: [],
  createdAt: START,
  idleExpiresAt: START + 3600,
  absoluteExpiresAt: START + 3600,
  clients,
  userinfoClaims: {},
  userAgent: '',
  rev: { partition: 0, epoch: 1, offset: 0 },
})
export const answered = (status: number): OutgoingOutcome => ({
  kind: 'answered',
  status,
  body: '',
  cacheControl: '',
})
export const failed = (why: string): OutgoingOutcome => ({ kind: 'failed', why })

/** Resolves once `isTrue` is; it is asked again whenever something happened. */
function happenings() {
  const waiting = new Set<() => void>()
  return {
    happened: () => {
      for (const look of [...waiting]) look()
    },
    until: (isTrue: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!isTrue()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

/** A store in memory, a clock that is moved by hand, and workers whose requests are answered as told. */
export async function scene(t: Test) {
  const times = { ms: START * 1000 }
  const clock = { nowMs: () => times.ms, monotonicMs: () => times.ms }
  const now = () => Math.floor(times.ms / 1000)
  const store = await openSqliteStore({ file: join(t.testdir(), 'store.db'), clock })
  const { happened, until } = happenings()
  const posts: { uri: string; token: string; worker: string }[] = []
  const warned: string[] = []
  let settled = 0
  const running: { stop(): Promise<void> }[] = []
  // The worker's own timer keeps no process alive; in an issuer the server does.
  const alive = setInterval(() => {}, 60_000)
  t.teardown(async () => {
    clearInterval(alive)
    for (const worker of running) await worker.stop()
    await store.close()
  })
  const worker = (
    name: string,
    answer: (uri: string) => Promise<OutgoingOutcome> | OutgoingOutcome,
    around: Partial<OutboxStore> = {},
  ) => {
    const request: GuardedRequest = async ({ uri, form }) => {
      posts.push({ uri, token: form?.['logout_token'] ?? '', worker: name })
      happened()
      return await answer(uri)
    }
    const one = logoutDeliveries({
      outbox: {
        claim: store.outbox.claim,
        settle: async (...args) => {
          await store.outbox.settle(...args)
          settled++
          happened()
        },
        ...around,
      },
      clients: {
        find: async (id) => {
          if (id === 'gone') return undefined
          if (id === 'sql') throw new StoreUnavailable('directory')
          const uri = id === 'silent' ? {} : { backchannelLogoutUri: `https://${id}.example/out` }
          return { id, ...uri } as Client
        },
      },
      logoutTokenFor: (client, { sid }) => `${client.id} ${sid} ${posts.length}`,
      request,
      clock,
      random: { bytes: (count) => Buffer.alloc(count) },
      log: {
        info: () => {},
        warn: (_facts, message) => {
          warned.push(message)
          happened()
        },
      },
    })
    running.push(one)
    return one
  }
  return {
    store,
    posts,
    warned,
    until,
    worker,
    now,
    pass: (seconds: number) => {
      times.ms += seconds * 1000
    },
    settled: (count: number) => until(() => settled >= count),
    end: (index: number, ...clients: string[]) =>
      store.outbox.add(sessionOf(index, ...clients), now() + 905, now()),
    only: async (index = 1) => {
      const [delivery] = await store.outbox.ofSession(sidOf(index))
      return delivery
    },
  }
}
