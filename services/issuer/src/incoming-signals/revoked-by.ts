/** Whose sessions an event is about: CAEP 1.0 section 3.1, RFC 9493 section 3, Shared Signals Framework 1.0 section 3. */
import type { User, Users } from '@latchkey/directory'
import { partitionOfSession } from '@latchkey/protocol'
import { findPerson } from '../global-revocation/find-person.ts'
import { EVENT } from '../signals/event-types.ts'
import type { SignalSource } from './signal-source.ts'
import { isObject, type Signal } from './verify-signal.ts'

export type Revoked =
  | { readonly kind: 'session'; readonly sid: string }
  | { readonly kind: 'user'; readonly sub: string }
  /** It is about something else, or about nobody who is known here. `why` is for the log. */
  | { readonly kind: 'nothing'; readonly why: string }

export interface RevokedByDeps {
  readonly issuer: string
  readonly users: Pick<Users, 'find' | 'list' | 'select' | 'findByExternalId'>
}

export async function revokedBy(signal: Signal, deps: RevokedByDeps): Promise<Revoked> {
  const event = signal.events[EVENT.sessionRevoked]
  if (event === undefined) return { kind: 'nothing', why: 'another event' }
  const subject = signal.claims['sub_id'] ?? (isObject(event) ? event['subject'] : undefined)
  if (!isObject(subject)) return { kind: 'nothing', why: 'no subject' }
  const { session, user } = subject
  const sid = sidOf(session) ?? sidOf(subject)
  if (sid !== undefined) return { kind: 'session', sid }
  // The source's name of a session is unknown here; of the two, too much is what cannot harm.
  return await person(user ?? subject, signal, deps)
}

/** A session of ours, by its id. */
function sidOf(subject: unknown): string | undefined {
  if (!isObject(subject) || subject['format'] !== 'opaque') return undefined
  const { id } = subject
  return typeof id === 'string' && partitionOfSession(id) !== undefined ? id : undefined
}

async function person(
  subject: unknown,
  { source }: Signal,
  { issuer, users }: RevokedByDeps,
): Promise<Revoked> {
  const own =
    isObject(subject) && subject['format'] === 'iss_sub' && subject['iss'] === source.issuer
  const { sub } = own ? subject : {}
  if (typeof sub === 'string' && sub !== '') {
    const found = EXTERNAL_ID.test(sub) ? await broughtIn(sub, source, users) : undefined
    return found ? { kind: 'user', sub: found.sub } : { kind: 'nothing', why: 'unknown' }
  }
  const found = await findPerson(subject, issuer, users)
  return found.kind === 'found'
    ? { kind: 'user', sub: found.sub }
    : { kind: 'nothing', why: found.kind }
}

const EXTERNAL_ID = /^[^\p{Cc}\p{Cs}]{1,512}$/u

/** Whom the source has brought in by this name: by SCIM, where each system has names of its own, or by an import. */
async function broughtIn(
  externalId: string,
  { provisioningClient: clientId }: SignalSource,
  users: RevokedByDeps['users'],
): Promise<User | undefined> {
  if (clientId !== undefined) {
    const where = { kind: 'provisioned', clientId, externalId } as const
    const [found] = await users.select({ where, limit: 1 })
    if (found !== undefined) return found
  }
  return await users.findByExternalId(externalId)
}
