import { InputError } from '@latchkey/protocol'

/**
 * Every Redis key of the store, without the start that all share. `<…>` stands for what varies.
 * SCHEMA.md describes each of them; a test compares the two lists.
 */
export const KEY_PATTERNS = {
  session: 's:<sid>',
  user: 'u:<sub>',
  code: 'c:<digest>',
  claim: 'o:<purpose>:<digest>',
  value: 'v:<purpose>:<digest>',
  throttle: 't:<purpose>:<digest>',
  document: 'm:<kind>:<digest>',
  device: 'd:<digest>',
  userCode: 'w:<digest>',
  cuts: 'cuts',
  head: 'head',
  log: 'log',
  outbox: 'outbox',
  outboxDue: 'outbox:due',
  outboxNew: 'outbox:new',
  verifiers: 'verifiers',
  verifiersSeen: 'verifiers:seen',
  processes: 'processes',
  signals: 'signals',
  signalQueue: 'signals:<digest>',
  signalTexts: 'signals:<digest>:texts',
  status: 'status',
  statusDue: 'status:due',
} as const

/** The keys of one partition. What stands between the braces is the hash tag that keeps them on one node of a cluster. */
export function partitionKeys(prefix: string, partition: number) {
  const start = `${prefix}{p${partition}}:`
  const key = (pattern: keyof typeof KEY_PATTERNS, ...parts: string[]) =>
    start + fill(pattern, parts)
  return {
    session: (sid: string) => key('session', sid),
    user: (sub: string) => key('user', sub),
    code: (digest: string) => key('code', digest),
    claim: (purpose: string, digest: string) => key('claim', purpose, digest),
    value: (purpose: string, digest: string) => key('value', purpose, digest),
    throttle: (purpose: string, digest: string) => key('throttle', purpose, digest),
    document: (kind: string, digest: string) => key('document', kind, digest),
    device: (digest: string) => key('device', digest),
    userCode: (digest: string) => key('userCode', digest),
    cuts: key('cuts'),
    head: key('head'),
    log: key('log'),
    outbox: [key('outbox'), key('outboxDue'), key('outboxNew')] as const,
    presence: [key('verifiers'), key('verifiersSeen'), key('processes')] as const,
    signals: key('signals'),
    signalQueue: (digest: string) => key('signalQueue', digest),
    signalTexts: (digest: string) => key('signalTexts', digest),
    status: [key('status'), key('statusDue')] as const,
  }
}

export type PartitionKeys = ReturnType<typeof partitionKeys>

/** What stands around the parts that vary, by pattern: keys are made at every request. */
const FRAMES = new Map(
  Object.entries(KEY_PATTERNS).map(([name, pattern]) => [name, pattern.split(/<\w+>/)]),
)

function fill(pattern: keyof typeof KEY_PATTERNS, parts: string[]): string {
  const [first = '', ...rest] = FRAMES.get(pattern) ?? []
  return rest.reduce(
    (text, after, place) => text + encodeKeyPart(parts[place] ?? '') + after,
    first,
  )
}

const PLAIN = /^[\w.~-]*$/

/**
 * Text from outside as part of a key: letters, digits and `-._~%` only, so that it can neither end its part, nor open
 * a hash tag, nor be a pattern. Different texts stay different. Throws InputError `key-text` for a lone surrogate.
 */
export function encodeKeyPart(text: string): string {
  if (PLAIN.test(text)) return text
  if (!text.isWellFormed()) {
    throw new InputError('key-text', {
      received: 'a lone surrogate',
      expected: 'well-formed Unicode',
    })
  }
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const PREFIX = /^[A-Za-z0-9:._-]{1,64}$/

/** Returns the prefix. Throws InputError `redis-prefix`: a brace in it would move the hash tag. */
export function checkPrefix(prefix: string): string {
  if (PREFIX.test(prefix)) return prefix
  throw new InputError('redis-prefix', {
    received: JSON.stringify(prefix),
    expected: '1 to 64 letters, digits and : . _ -',
  })
}
