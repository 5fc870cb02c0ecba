import type { NewSession, SessionRecord } from '../store.ts'

/**
 * A session as Redis keeps it (SCHEMA.md): five lines of one text. lua/include/living-session.lua reads and writes the
 * same. The lines are separate because they change apart: numbers with use, the sign-in when it is renewed, the facts
 * never, the clients and what /userinfo gives them with each new family.
 */
type SignIn = Pick<SessionRecord, 'handleHash' | 'authTime' | 'acr' | 'amr'>

/** Second line. */
export function packSignIn(session: SignIn): string {
  return JSON.stringify([session.handleHash, session.authTime, session.acr, session.amr])
}

/** Third line. The script reads the first member, the subject. */
export function packSessionFacts(session: NewSession): string {
  return JSON.stringify([session.sub, session.createdAt, session.userAgent])
}

export function unpackSession(sid: string, partition: number, text: string): SessionRecord {
  const [numbers = '', signIn = '', facts = '', clients = '', userinfo = ''] = text.split('\n')
  const [idle, absolute, epoch, offset] = numbers.split(' ').map(Number)
  const [handleHash, authTime, acr, amr] = JSON.parse(signIn)
  const [sub, createdAt, userAgent] = JSON.parse(facts)
  return {
    sid,
    sub,
    handleHash,
    authTime,
    acr,
    amr,
    createdAt,
    idleExpiresAt: Number(idle),
    absoluteExpiresAt: Number(absolute),
    clients: JSON.parse(clients),
    userinfoClaims: unpackUserinfo(userinfo),
    userAgent,
    rev: { partition, epoch: Number(epoch), offset: Number(offset) },
  }
}

/** The script handles the names of a client as one text, of which it understands nothing. */
function unpackUserinfo(text: string): SessionRecord['userinfoClaims'] {
  const byClient: Record<string, string> = text === '' ? {} : JSON.parse(text)
  return Object.fromEntries(
    Object.entries(byClient).map(([clientId, names]) => [clientId, JSON.parse(names)]),
  )
}
