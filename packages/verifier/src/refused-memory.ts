/** The last requests that a service has refused, for whoever asks about one by its id: docs/operate/explain.md. */
import type { Feed, FindRefused } from '@latchkey/feed'
import { type Clock, LIMITS, nowSeconds, type RefusedRequest } from '@latchkey/protocol'
import { decodeJwt } from '@latchkey/tokens'

/** What a service knows of a request that it refuses. */
export interface Refused {
  /** Of the request, as it stands in the log lines of the service. */
  readonly request: string
  readonly method: string
  /** As the router knows it; absent: none matched. */
  readonly route?: string | undefined
  readonly status: number
  /** A stable word of at most 64 letters and underscores. */
  readonly reason: string
  /** The token that was shown. Only what it says of itself is kept, not what proves it. */
  readonly token?: string | undefined
}

export interface RefusedMemory {
  /** Costs a few copies of short texts; nothing is read or decoded before somebody asks. */
  note(refused: Refused): void
  find: FindRefused
}

interface Kept extends Pick<RefusedRequest, 'at' | 'status' | 'reason' | 'method'> {
  readonly request: string
  readonly route: string | undefined
  readonly payload: string | undefined
  readonly positions: ReturnType<Feed['replica']['positions']>
  readonly leaseMs: number
}

const KEEP_SECONDS = 3600
/** A token over a large catalogue has more; then its names are not remembered. */
const MOST_PAYLOAD_CHARS = 4096
const MOST_POSITIONS = 64
const NAME = /^[!-~]{1,255}$/

/** A ring of so many: a flood of refusals pushes out older ones and takes no more memory. */
export function refusedMemory(
  capacity: number,
  { feed, clock }: { readonly feed: Pick<Feed, 'replica' | 'lease'>; readonly clock: Clock },
): RefusedMemory {
  const ring: Kept[] = []
  let next = 0
  return {
    note: ({ request, method, route, status, reason, token }) => {
      if (capacity === 0) return
      ring[next] = {
        request: request.slice(0, LIMITS.requestIdChars),
        ...{ method, route, status, reason },
        at: nowSeconds(clock),
        payload: token === undefined ? undefined : payloadOf(token),
        positions: feed.replica.positions(),
        leaseMs: Math.max(0, Math.round(feed.lease.remainingMs())),
      }
      next = (next + 1) % capacity
    },
    find: (request) => {
      const since = nowSeconds(clock) - KEEP_SECONDS
      return [...ring.slice(0, next).reverse(), ...ring.slice(next).reverse()]
        .filter((kept) => kept.request === request && kept.at > since)
        .slice(0, LIMITS.refusedAnswers)
        .map(describe)
    },
  }
}

/** Without signature, so that it opens nothing. A copy: a slice would keep the whole header of the request alive. */
function payloadOf(token: string): string | undefined {
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  const length = second - first - 1
  if (first < 1 || length < 1 || length > MOST_PAYLOAD_CHARS) return undefined
  return Buffer.from(token.slice(first + 1, second), 'latin1').toString('latin1')
}

function describe({ at, status, reason, method, route, ...kept }: Kept): RefusedRequest {
  const { payload, positions, leaseMs } = kept
  return {
    ...{ at, status, reason, method },
    ...(route !== undefined && { route }),
    ...(payload !== undefined && namesIn(payload)),
    positions: positions
      .slice(0, MOST_POSITIONS)
      .map(({ p, epoch, offset }) => ({ p, epoch, offset })),
    leaseMs,
  }
}

function namesIn(payload: string): Pick<RefusedRequest, 'jti' | 'sub' | 'sid'> {
  const decoded = decodeJwt(`e30.${payload}.`)
  if (decoded.kind === 'invalid') return {}
  const names = (['jti', 'sub', 'sid'] as const).map((name) => [name, decoded.claims[name]])
  return Object.fromEntries(
    names.filter(([, value]) => typeof value === 'string' && NAME.test(value)),
  )
}
