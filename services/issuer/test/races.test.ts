import { revocationReplica } from '@latchkey/feed'
import {
  type AccessTokenClaims,
  type EndReason,
  type EndTarget,
  newCode,
  newSessionId,
  systemRandom,
} from '@latchkey/protocol'
import { connectRedisStore, type Store } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import t from 'tap'
import { CALLBACK, CHALLENGE, ORDERS, REPORTS, type TestIssuer, testIssuer } from './test-issuer.ts'
import { EXCHANGE, tokenRequests } from './token-requests.ts'

/**
 * Attack J8: an end and a grant at the same instant. When both have returned, no token and no refresh token may live that
 * the end was about. Every call to store and directory takes a random while, so that the steps of the two fall between
 * each other in ever new ways; the seed makes a run repeatable.
 */
const RUNS = 500
const random = seeded(20261123)

t.test(`attack J8: an end races a grant, ${RUNS} times`, async (t) => {
  const redis = await startRedis()
  const store = await connectRedisStore({ url: redis.url })
  const slow = { store: delayed(store), around: delayed }
  const issuer = await testIssuer(slow)
  t.teardown(async () => {
    await issuer.close()
    await redis.stop()
  })
  const truth = livingTokens(store)
  const survivors: unknown[] = []
  let granted = 0
  for (let run = 0; run < RUNS; run++) {
    const story = await tell(run, issuer, store)
    const [, answer] = await Promise.all([story.end(), story.grant()])
    await story.restore()
    const body = answer.json<{ access_token?: string; refresh_token?: string }>()
    if (body.access_token !== undefined) granted += 1
    const alive = body.access_token !== undefined && (await truth.lives(body.access_token))
    const [family = ''] = (body.refresh_token ?? '').split('.')
    const renewable = (await store.families.peek(family, issuer.now())) !== undefined
    if ((alive && !story.mayLive(body.access_token ?? '')) || (renewable && story.endsFamily)) {
      survivors.push({ run, kind: story.kind, alive, renewable })
    }
  }
  t.strictSame(survivors, [])
  t.ok(granted > RUNS / 5, `${granted} grants were fast enough to be in danger`)
  t.ok(granted < (RUNS * 4) / 5, 'and as many were not')
})

interface Ending {
  readonly kind: EndTarget['kind']
  end(): Promise<unknown>
  /** Undoes the change of state, now that both have returned. */
  restore(): Promise<unknown>
}

interface Story extends Ending {
  readonly endsFamily: boolean
  grant(): Promise<LightMyRequestResponse>
  /** A token that says what is true now may live on after an end of what was. */
  mayLive(token: string): boolean
}

/** One of seven ends meets one of three grants, in a fresh session. */
async function tell(run: number, issuer: TestIssuer, store: Store): Promise<Story> {
  const { directory, end } = issuer
  const sub = await issuer.sub('ada')
  const { sid, code } = await signedIn(sub, issuer, store)
  const { redeem, refresh } = tokenRequests(issuer)
  const ends = {
    session: () => change({ kind: 'session', sid }, 'admin'),
    user: () =>
      change({ kind: 'user', sub }, 'user_disabled', {
        before: () => directory.users.setDisabled(sub, true),
        after: () => directory.users.setDisabled(sub, false),
      }),
    client: () =>
      change({ kind: 'client', clientId: 'orders' }, 'client_disabled', {
        before: () => directory.clients.setDisabled('orders', true),
        after: () => directory.clients.setDisabled('orders', false),
      }),
    stale: () =>
      change({ kind: 'stale', about: sub }, 'permissions_changed', {
        before: () => directory.users.update(sub, { roles: [] }),
        after: () => directory.users.update(sub, { roles: ['reader'] }),
      }),
    all: () => change({ kind: 'all' }, 'emergency'),
    // By the admin API, which takes care of the order itself.
    deleted: () =>
      asked({ kind: 'user', sub }, 'DELETE', `users/${sub}`, () =>
        directory.users.create({ username: 'ada', roles: ['reader'] }),
      ),
    quarantined: () => {
      const path = `services/${encodeURIComponent(ORDERS)}`
      return asked({ kind: 'service', audience: ORDERS }, 'POST', `${path}/disable`, () =>
        directory.services.setDisabled(ORDERS, false),
      )
    },
  }
  const asked = async (
    { kind }: EndTarget,
    method: 'POST' | 'DELETE',
    path: string,
    restore: () => Promise<unknown>,
  ) => {
    const operator = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    const headers = { authorization: `Bearer ${operator.json().access_token}` }
    const end = async () => {
      // Without a pause: the guard of the admin API takes its time.
      const answer = await issuer.app.inject({ method, url: `/admin/v1/${path}`, headers })
      if (answer.statusCode !== 204) throw new Error(answer.body)
    }
    return { kind, restore, end }
  }
  const nothing = async () => {}
  const change = (
    target: EndTarget,
    reason: EndReason,
    { before, after }: { before: () => Promise<unknown>; after: () => Promise<unknown> } = {
      before: nothing,
      after: nothing,
    },
  ) => ({
    kind: target.kind,
    restore: after,
    // First the state, then the end, as everywhere.
    end: async () => {
      await pause(40)
      await before()
      await end(target, reason, { sub: 'issuer' })
    },
  })
  const grants = {
    code: async () => () => redeem(code),
    refresh: async () => {
      const { refresh_token } = (await redeem(code)).json()
      return () => refresh(refresh_token)
    },
    exchange: async () => {
      const { access_token } = (await redeem(code)).json()
      return () =>
        issuer.post('/token', {
          grant_type: EXCHANGE,
          subject_token: access_token,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          resource: REPORTS,
        })
    },
  }
  const theEnd = await at<() => Ending | Promise<Ending>>(Object.values(ends), run)()
  const grant = await at(Object.values(grants), Math.floor(run / Object.keys(ends).length))()
  const { kind } = theEnd
  return {
    ...theEnd,
    grant,
    endsFamily: kind !== 'stale' && kind !== 'service',
    mayLive: (token) => {
      const { aud, routes } = decodeJwt(token)
      return kind === 'stale' ? String(routes) === '' : kind === 'service' && aud !== ORDERS
    },
  }
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T
}

/** A session with a code for `orders`, put into the store as a sign-in does; no passwords, for the sake of speed. */
async function signedIn(sub: string, issuer: TestIssuer, store: Store) {
  const now = issuer.now()
  const sid = newSessionId(systemRandom, 0)
  const signIn = { authTime: now, acr: '1', amr: ['pwd'] }
  const { position } = await store.log.head(0)
  await store.sessions.create(
    {
      ...{ sid, sub, ...signIn, handleHash: 'x', createdAt: now, userAgent: '', rev: position },
      ...{ idleExpiresAt: now + 3600, absoluteExpiresAt: now + 7200 },
    },
    now,
  )
  const code = newCode(systemRandom, 0)
  await store.codes.save(
    code,
    {
      ...{ clientId: 'orders', redirectUri: CALLBACK, sid, sub, scope: '', audience: ORDERS },
      ...{ ...signIn, codeChallenge: CHALLENGE, expiresAt: now + 60 },
      absoluteExpiresAt: now + 7200,
    },
    now,
  )
  return { sid, code }
}

/** What a verifier that has read the whole log would say. */
function livingTokens(store: Store) {
  const replica = revocationReplica()
  let offset = 0
  return {
    lives: async (token: string): Promise<boolean> => {
      const { epoch, entries } = await store.log.read(0, offset, 10_000)
      if (offset === 0) {
        const position = { p: 0, epoch, offset: 0, digest: '' }
        replica.applySnapshot({ position, entries: [], first: true, more: false })
      }
      if (entries.length > 0) replica.applyEntries({ epoch, entries })
      offset += entries.length
      const claims = decodeJwt<AccessTokenClaims>(token)
      return replica.judge(claims, decodeProtectedHeader(token).kid ?? '') === 'live'
    },
  }
}

/** Fewer turns of the event loop than `most`. */
async function pause(most = 4): Promise<void> {
  for (let left = Math.floor(random() * most); left > 0; left--) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** The same object, whose asynchronous methods begin and end a random while later. */
function delayed<T extends object>(part: T): T {
  return new Proxy(part, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member === 'object' && member !== null) return delayed(member)
      if (typeof member !== 'function') return member
      // Not those that answer at once, nor transactions, in which nothing else may be waited for.
      if (['live', 'match', 'open', 'watch', 'transaction', 'close'].includes(String(name))) {
        return member.bind(target)
      }
      return async (...args: unknown[]): Promise<unknown> => {
        await pause()
        const answer: unknown = await Reflect.apply(member, target, args)
        await pause()
        return answer
      }
    },
  })
}

/** Mulberry32: even in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
