/** Key sets behind `jwks_uri`: fetched when needed, remembered, and never fetched often. RFC 7591 section 2, RFC 9111 section 5.2.2.1. */
import type { Clock } from '@latchkey/protocol'
import type { GuardedRequest } from './guarded-request.ts'

export type KeySetOutcome =
  /** What stands there: an object with a list `keys`; the keys themselves are not looked at. */
  | { readonly kind: 'jwks'; readonly jwks: unknown }
  /** `why` is for the log only. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface FetchedKeySets {
  /** The set as last fetched, fetched again when it is too old. */
  current(clientId: string, uri: string): Promise<KeySetOutcome>
  /** The set after another look, because a key was missing in it; the remembered one when it was looked at a moment ago. */
  renewed(clientId: string, uri: string): Promise<KeySetOutcome>
}

export interface FetchedKeySetsDeps {
  readonly request: GuardedRequest
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: { warn(facts: Record<string, unknown>, message: string): void }
}

const MINUTE_MS = 60_000
/** What the answer's `max-age` says, within these bounds. Without it the lower one. */
const FRESH_MS = { min: 5 * MINUTE_MS, max: 60 * MINUTE_MS }
/** While the address does not answer, its last keys go on so long after they were fresh. */
const STALE_MS = 60 * MINUTE_MS
/** Between two looks: anybody can name an unknown key, and that must not turn into requests. */
const PAUSE_MS = { afterSuccess: MINUTE_MS, afterFailure: 5000 }
/** Clients that are remembered; a key set has some KB. */
const MOST_CLIENTS = 500

/** What is known of one client. Times are those of the monotonic clock. */
interface Memory {
  readonly uri: string
  jwks?: unknown
  freshUntilMs: number
  nextLookAtMs: number
  why: string
  looking?: Promise<void>
}

export function fetchedKeySets(deps: FetchedKeySetsDeps): FetchedKeySets {
  const memories = new Map<string, Memory>()

  function memoryOf(clientId: string, uri: string): Memory {
    const known = memories.get(clientId)
    // Another address is another set: nothing of the old one counts any more.
    const memory =
      known?.uri === uri ? known : { uri, freshUntilMs: 0, nextLookAtMs: 0, why: 'not fetched yet' }
    // The one used last stands last; who was not used for longest goes.
    memories.delete(clientId)
    memories.set(clientId, memory)
    const [oldest] = memories.keys()
    if (memories.size > MOST_CLIENTS && oldest !== undefined) memories.delete(oldest)
    return memory
  }

  /** All who need the same set at the same time share one request. */
  async function look(clientId: string, memory: Memory): Promise<void> {
    if (!memory.looking && deps.clock.monotonicMs() < memory.nextLookAtMs) return
    memory.looking ??= fetchInto(clientId, memory).finally(() => {
      delete memory.looking
    })
    await memory.looking
  }

  async function fetchInto(clientId: string, memory: Memory): Promise<void> {
    const outcome = await fetchKeySet(memory.uri, deps.request)
    const nowMs = deps.clock.monotonicMs()
    if (outcome.kind === 'unavailable') {
      deps.log.warn({ client: clientId, why: outcome.why }, 'key set not fetched')
      memory.why = outcome.why
      memory.nextLookAtMs = nowMs + PAUSE_MS.afterFailure
      return
    }
    memory.jwks = outcome.jwks
    memory.freshUntilMs = nowMs + outcome.freshMs
    memory.nextLookAtMs = nowMs + PAUSE_MS.afterSuccess
  }

  function remembered(memory: Memory): KeySetOutcome {
    const isUsable = deps.clock.monotonicMs() < memory.freshUntilMs + STALE_MS
    return memory.jwks !== undefined && isUsable
      ? { kind: 'jwks', jwks: memory.jwks }
      : { kind: 'unavailable', why: memory.why }
  }

  return {
    current: async (clientId, uri) => {
      const memory = memoryOf(clientId, uri)
      if (deps.clock.monotonicMs() >= memory.freshUntilMs) await look(clientId, memory)
      return remembered(memory)
    },
    renewed: async (clientId, uri) => {
      const memory = memoryOf(clientId, uri)
      await look(clientId, memory)
      return remembered(memory)
    },
  }
}

const MEDIA_TYPES = ['application/jwk-set+json', 'application/json']

async function fetchKeySet(uri: string, request: GuardedRequest) {
  const outcome = await request({ uri, mediaTypes: MEDIA_TYPES })
  if (outcome.kind === 'failed') return unavailable(outcome.why)
  if (outcome.status !== 200) return unavailable(String(outcome.status))
  const jwks = parseKeySet(outcome.body)
  if (jwks === undefined) return unavailable('no_key_set')
  const [, seconds] = /(?:^|[,\s])max-age=(\d{1,9})(?:$|[,\s])/i.exec(outcome.cacheControl) ?? []
  const wantedMs = Number(seconds ?? 0) * 1000
  return {
    kind: 'fetched',
    jwks,
    freshMs: Math.min(Math.max(wantedMs, FRESH_MS.min), FRESH_MS.max),
  } as const
}

function unavailable(why: string) {
  return { kind: 'unavailable', why } as const
}

function parseKeySet(text: string): unknown {
  try {
    const jwks: unknown = JSON.parse(text)
    const isSet = typeof jwks === 'object' && jwks !== null && 'keys' in jwks
    return isSet && Array.isArray(jwks.keys) ? jwks : undefined
  } catch {
    return undefined
  }
}
