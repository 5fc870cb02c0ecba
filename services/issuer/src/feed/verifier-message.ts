/** Frames from verifiers, parsed strictly at the edge: nothing that they claim is believed, only bounded and typed. */
import type { ReadOutcome } from '@latchkey/feed'
import type { FeedPosition, VerifierMessage } from '@latchkey/protocol'
import { isCount, isMatch, isObject } from './frame-values.ts'
import { parseRefused } from './refused-message.ts'

const MOST_POSITIONS = 1024
const MOST_ROUTES = 4096
/** As many as a verifier takes. */
const MOST_KIDS = 64
const KID = /^[A-Za-z0-9._-]{1,64}$/
/** 16 bytes as base64url. */
const INSTANCE = /^[A-Za-z0-9_-]{22}$/
/** Of a list of routes: 12 bytes as base64url. */
const VERSION = /^[A-Za-z0-9_-]{16}$/
const METHOD = /^[A-Z][A-Z-]{0,31}$/

/** Undefined for anything that is not a well-formed message of the protocol. */
export function parseVerifierMessage(read: ReadOutcome): VerifierMessage | undefined {
  if (read.kind === 'bad' || !isObject(read.value)) return undefined
  const { value } = read
  switch (value['t']) {
    case 'hello':
      return hello(value)
    case 'held':
      return held(value)
    case 'routes':
      return routes(value)
    case 'ack':
      return ack(value)
    case 'lease?':
      return isCount(value['id']) ? { t: 'lease?', id: value['id'] } : undefined
    case 'refused':
      return parseRefused(value)
    case 'resync': {
      const positions = parsePositions(value['positions'])
      return positions && { t: 'resync', positions }
    }
    default:
      return undefined
  }
}

function hello(value: Record<string, unknown>): VerifierMessage | undefined {
  const positions = parsePositions(value['positions'])
  const { service, instance, version } = value
  if (value['v'] !== 1 || typeof service !== 'string' || service.length > 2048) return undefined
  if (!isMatch(instance, INSTANCE)) return undefined
  if (version !== undefined && !isMatch(version, VERSION)) return undefined
  const known = version !== undefined && { version }
  return positions && { t: 'hello', v: 1, service, instance, positions, ...known }
}

function held({ kids }: Record<string, unknown>): VerifierMessage | undefined {
  if (!Array.isArray(kids) || kids.length > MOST_KIDS) return undefined
  const list = kids as unknown[]
  return list.every((kid) => isMatch(kid, KID)) ? { t: 'held', kids: list } : undefined
}

function routes(value: Record<string, unknown>): VerifierMessage | undefined {
  const { id, again, routes: list } = value
  if (!isCount(id) || (again !== undefined && again !== true)) return undefined
  if (!Array.isArray(list) || list.length > MOST_ROUTES) return undefined
  const parsed = []
  for (const item of list as unknown[]) {
    if (!isObject(item)) return undefined
    const { method, pattern, public: isPublic } = item
    if (typeof method !== 'string' || !METHOD.test(method)) return undefined
    if (typeof pattern !== 'string' || pattern.length > 512) return undefined
    if (isPublic !== undefined && typeof isPublic !== 'boolean') return undefined
    parsed.push({ method, pattern, ...(isPublic !== undefined && { public: isPublic }) })
  }
  return { t: 'routes', id, ...(again && { again }), routes: parsed }
}

function ack(value: Record<string, unknown>): VerifierMessage | undefined {
  const { p, epoch, offset } = value
  if (!isCount(p) || !isCount(epoch) || !isCount(offset)) return undefined
  return { t: 'ack', p, epoch, offset }
}

function parsePositions(value: unknown): FeedPosition[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_POSITIONS) return undefined
  const positions: FeedPosition[] = []
  const named = new Set<number>()
  for (const item of value as unknown[]) {
    if (!isObject(item)) return undefined
    const { p, epoch, offset, digest } = item
    if (!isCount(p) || !isCount(epoch) || !isCount(offset)) return undefined
    if (typeof digest !== 'string' || digest.length > 64) return undefined
    // One place in each partition: every position may cost a look into the store.
    if (named.has(p)) return undefined
    named.add(p)
    positions.push({ p, epoch, offset, digest })
  }
  return positions
}
