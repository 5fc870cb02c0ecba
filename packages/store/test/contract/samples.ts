import {
  ACR,
  type EndReason,
  newCode,
  newSessionId,
  partitionOfSubject,
  randomId,
  systemRandom,
} from '@latchkey/protocol'
import type { CodeRecord, FamilyRecord, NewSession, Store, VerifierPresence } from '@latchkey/store'

/** The second in which most of these stories begin. */
export const NOW = 1_790_000_000

/** Of an ordinary browser. */
const USER_AGENT =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'

/** What most ends are told. */
export const FACTS = { reason: 'admin' as EndReason, now: NOW, entryExpiresAt: NOW + 905 }

export function newSub(): string {
  return `u_${randomId(systemRandom)}`
}

export function sampleSession(store: Store, change: Partial<NewSession> = {}): NewSession {
  const sub = change.sub ?? newSub()
  const partition = partitionOfSubject(sub, store.partitions)
  return {
    sid: newSessionId(systemRandom, partition),
    sub,
    handleHash: systemRandom.bytes(32).toString('base64url'),
    authTime: NOW,
    acr: ACR.password,
    amr: ['pwd'],
    createdAt: NOW,
    idleExpiresAt: NOW + 1000,
    absoluteExpiresAt: NOW + 5000,
    userAgent: USER_AGENT,
    rev: { partition, epoch: 0, offset: 0 },
    ...change,
  }
}

/** A session that is in the store, born where the log ends. */
export async function livingSession(
  store: Store,
  change: Partial<NewSession> = {},
): Promise<NewSession> {
  const sample = sampleSession(store, change)
  const { position } = await store.log.head(sample.rev.partition)
  const session = { ...sample, rev: position, ...change }
  await store.sessions.create(session, session.createdAt)
  return session
}

export function sampleFamily(
  session: Pick<NewSession, 'sid' | 'sub'>,
  change: Partial<FamilyRecord> = {},
): FamilyRecord {
  return {
    familyId: `${session.sid}~${systemRandom.bytes(6).toString('base64url')}`,
    sid: session.sid,
    sub: session.sub,
    clientId: 'orders',
    scope: 'openid profile',
    audience: 'https://orders.example',
    generation: 1,
    rotatedAt: NOW,
    idleExpiresAt: NOW + 1000,
    absoluteExpiresAt: NOW + 5000,
    authTime: NOW,
    acr: ACR.mfa,
    amr: ['pwd', 'otp'],
    ...change,
  }
}

/** A family in a new living session, both in the store. */
export async function livingFamily(
  store: Store,
  change: Partial<FamilyRecord> = {},
): Promise<FamilyRecord> {
  const family = sampleFamily(await livingSession(store), change)
  await createFamily(store, family)
  return family
}

/** Puts a family into the store, born where the log ends. False when its session is not alive. */
export async function createFamily(store: Store, family: FamilyRecord): Promise<boolean> {
  const partition = Number(/^s(\d+)_/.exec(family.sid)?.[1])
  const { position } = await store.log.head(partition)
  return store.families.create(family, position, NOW)
}

/** The redemption of a family's present generation, ten seconds after it was born. */
export function redemptionOf(family: FamilyRecord) {
  return {
    familyId: family.familyId,
    generation: family.generation,
    clientId: family.clientId,
    graceSeconds: 10,
    idleExpiresAt: NOW + 1010,
    now: NOW + 10,
    entryExpiresAt: NOW + 915,
  }
}

/** What few requests ask for; with text that JSON allows and some parsers refuse. */
export const ASKED = {
  claims: {
    userinfo: { email: null, 'x "\ud800"\n': { essential: true } },
    id_token: { acr: { values: ['2', 1, null, { a: [] }], essential: false }, auth_time: null },
  },
  details: [
    {
      type: 'latchkey_routes',
      routes: ['GET /orders/*', 'GET /"ü"\n'],
      locations: ['https://orders.example'],
    },
  ],
  dpopJkt: 'key-1',
} as const

export function sampleCode(session: NewSession, change: Partial<CodeRecord> = {}): CodeRecord {
  return {
    clientId: 'orders',
    redirectUri: 'https://orders.example/callback?a=1',
    sid: session.sid,
    sub: session.sub,
    scope: 'openid profile',
    audience: 'https://orders.example',
    nonce: 'n "\\/ ü 💡',
    codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    authTime: NOW,
    acr: '1',
    amr: [],
    absoluteExpiresAt: NOW + 86_400,
    expiresAt: NOW + 60,
    ...change,
  }
}

export function codeOf(session: NewSession): string {
  return newCode(systemRandom, Number(/^s(\d+)_/.exec(session.sid)?.[1]))
}

/** How many of each kind. */
export function tally(outcomes: readonly { kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** Fifty at once. */
export function fifty<T>(work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 50 }, (_, index) => work(index)))
}

/** A connected verifier of process `P`, with a name of its own each time. */
export function sampleVerifier(change: Partial<VerifierPresence> = {}): VerifierPresence {
  return {
    instance: randomId(systemRandom),
    audience: 'https://b.example',
    clientId: 'reports',
    process: 'P',
    connectedAt: NOW,
    applied: [{ partition: 0, epoch: 7, offset: 12 }],
    kids: ['b.k.1'],
    ...change,
  }
}
