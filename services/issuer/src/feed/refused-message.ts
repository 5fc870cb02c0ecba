/** `refused`, what a verifier remembers of requests: bounded and typed, and believed by nobody but the administrator who asked. */
import { LIMITS, type RefusedMessage, type RefusedRequest } from '@latchkey/protocol'
import { isCount, isMatch, isObject } from './frame-values.ts'

const MOST_POSITIONS = 64
const REASON = /^[a-z_]{1,64}$/
const METHOD = /^[A-Z-]{1,32}$/
/** Of a token, a user or a session. */
const NAME = /^[!-~]{1,255}$/

export function parseRefused(value: Record<string, unknown>): RefusedMessage | undefined {
  const { id } = value
  const refused = parseEach(value['refused'], LIMITS.refusedAnswers, parseRequest)
  return isCount(id) && refused ? { t: 'refused', id, refused } : undefined
}

/** A newer verifier may say more, which nobody here has looked at. */
function parseRequest(value: Record<string, unknown>): RefusedRequest | undefined {
  const { at, status, reason, method, route, jti, sub, sid, leaseMs } = value
  const positions = parseEach(value['positions'], MOST_POSITIONS, parsePosition)
  if (!positions || !isCount(at) || !isStatus(status) || !isLease(leaseMs)) return undefined
  if (!isMatch(reason, REASON) || !isMatch(method, METHOD) || !isRoute(route)) return undefined
  if (!isName(jti) || !isName(sub) || !isName(sid)) return undefined
  return {
    ...{ at, status, reason, method, leaseMs },
    ...(route !== undefined && { route }),
    ...(jti !== undefined && { jti }),
    ...(sub !== undefined && { sub }),
    ...(sid !== undefined && { sid }),
    positions,
  }
}

function parsePosition({ p, epoch, offset }: Record<string, unknown>) {
  return isCount(p) && isCount(epoch) && isCount(offset) ? { p, epoch, offset } : undefined
}

/** Undefined when it is no list, too long, or anything in it is not what it should be. */
function parseEach<T>(
  value: unknown,
  most: number,
  parse: (item: Record<string, unknown>) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined
  const items = (value as unknown[]).map((item) => (isObject(item) ? parse(item) : undefined))
  return items.every((item) => item !== undefined) ? items : undefined
}

function isStatus(value: unknown): value is number {
  return isCount(value) && value >= 100 && value <= 599
}

function isLease(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LIMITS.leaseMaxMs
}

function isRoute(value: unknown): value is string | undefined {
  return (
    value === undefined || (typeof value === 'string' && value.length <= LIMITS.routePatternChars)
  )
}

function isName(value: unknown): value is string | undefined {
  return value === undefined || isMatch(value, NAME)
}
