/** Tokens and ends as they are in truth: in the order in which the store has carried them out. */
import type { EndTarget, LogEntry } from '@latchkey/protocol'

export interface Token {
  readonly text: string
  readonly jti: string
  readonly kid: string
  readonly sub: string
  readonly sid: string
  readonly audience: string
  readonly clientId: string
  readonly exp: number
  readonly partition: number
  /** When its `rev` was read from the store. */
  readonly order: number
  /** Good for minutes, so that time alone does not end it in this simulation. */
  readonly isLong: boolean
}

/** An entry as the store has appended it, whatever became of it later. */
export interface Appended {
  readonly entry: LogEntry
  readonly order: number
}

/** The token that such an entry is about, without a look at what came first. */
export function isAbout(token: Token, { k, v }: Pick<LogEntry, 'k' | 'v'>): boolean {
  switch (k) {
    case 'token':
      return v === token.jti
    case 'session':
      return v === token.sid
    case 'key':
      return v === token.kid
    case 'user':
      return v === token.sub
    case 'client':
      return v === token.clientId
    case 'service':
      return v === token.audience
    case 'stale':
      return v === token.sub || v === token.audience
    case 'all':
      return true
    case 'none':
      return false
  }
}

/** These kinds end a thing for good; the others end what was signed before them. */
const BY_IDENTITY: ReadonlySet<string> = new Set(['token', 'session', 'key'])

export function kills({ entry, order }: Appended, token: Token): boolean {
  if (!isAbout(token, entry)) return false
  return BY_IDENTITY.has(entry.k) || (entry.p === token.partition && token.order < order)
}

export function describe(target: EndTarget): string {
  const { kind, ...rest } = target
  const [value = ''] = Object.values(rest)
  return `${kind} ${String(value)}`.trim()
}

export function describeToken({ jti, sid, sub, audience, clientId, order }: Token): string {
  return `token ${jti} of ${sub} (${sid}, ${clientId}) for ${audience}, made at ${order}`
}
