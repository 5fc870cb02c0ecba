import { createSecretKey } from 'node:crypto'
import { localFeed } from '@latchkey/feed'
import type { AccessTokenClaims, EntryKind, FeedKey, LogEntry } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import { type SigningKeyRecord, signAccessToken } from '@latchkey/tokens'
import { type VerifierParts, verifierFrom } from '../src/index.ts'

export const ISSUER = 'https://sso.example.com'
export const SERVICE = 'orders'
export const NOW_SECONDS = 1_800_000_000

/** A key as the issuer has it and as the feed brings it. Each number makes another one. */
export function key(number: number): { record: SigningKeyRecord; feedKey: FeedKey } {
  const bytes = Buffer.alloc(32, number)
  const secret = createSecretKey(bytes)
  const kid = `${SERVICE}.${number}`
  return {
    record: {
      ...{ kid, alg: 'HS256', issuer: ISSUER, audience: SERVICE, state: 'active' },
      ...{ key: secret, signingKey: secret },
    },
    feedKey: { kid, alg: 'HS256', state: 'active', k: bytes.toString('base64url') },
  }
}

export const claims = (change: Partial<AccessTokenClaims> = {}): AccessTokenClaims => ({
  iss: ISSUER,
  sub: 'u_ada',
  aud: SERVICE,
  client_id: 'web',
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 300,
  jti: 'j1',
  scope: 'openid',
  rev: [0, 1, 10],
  routes: ['GET /orders/:id', 'POST /orders'],
  sid: 's0_a',
  ...change,
})

export const sign = (change: Partial<AccessTokenClaims> = {}, keyNumber = 1): string =>
  signAccessToken(key(keyNumber).record, claims(change))

export const entry = (o: number, k: EntryKind, v = ''): LogEntry => ({
  ...{ p: 0, o, k, v, x: NOW_SECONDS + 900, d: o.toString(16) },
})

/** A verifier with key 1, the log at offset 10, and a lease of an hour, on a feed that the test holds. */
export function scene(change: Partial<VerifierParts> = {}) {
  const time = simulatedTime()
  const feed = localFeed(time.clock)
  const logged: unknown[] = []
  const log = (facts: Record<string, unknown>) => logged.push(facts)
  const verifier = verifierFrom({
    ...{ issuer: ISSUER, service: SERVICE, feed, clock: time.clock, scheduler: time.scheduler },
    log: { info: log, warn: log },
    ...change,
  })
  feed.setKeys([key(1).feedKey])
  feed.setLog({ p: 0, epoch: 1, offset: 10, digest: 'a' }, [])
  feed.lend(3_600_000)
  const append = (...entries: LogEntry[]) => feed.append({ epoch: 1, entries })
  /** The outcome as one word. */
  const outcome = (token: string, toleranceSeconds?: number) => {
    const verification = verifier.verify(token, toleranceSeconds)
    return verification.kind === 'invalid' ? verification.reason : verification.kind
  }
  return { verifier, feed, time, logged, append, outcome }
}

/** Has a token remembered: it is cached when it comes for the second time. */
export function remember(verifier: ReturnType<typeof verifierFrom>, token: string): void {
  const before = verifier.status().cachedTokens
  verifier.verify(token)
  verifier.verify(token)
  if (verifier.status().cachedTokens !== before + 1) throw new Error('it was not remembered')
}
