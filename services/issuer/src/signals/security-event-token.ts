/** Security event tokens: RFC 8417 section 2, Shared Signals Framework 1.0 section 4, CAEP Interoperability Profile sections 2.6 and 2.8. */
import type { Client } from '@latchkey/directory'
import { type Clock, nowSeconds, type Random, randomId, TYP } from '@latchkey/protocol'
import type { Signal } from '@latchkey/store'
import { signJwt } from '@latchkey/tokens'
import type { SigningKeyRing } from '../keys/signing-keys.ts'
import type { SubjectFor } from '../minting/subject.ts'
import { EVENT } from './event-types.ts'
import type { EntryEvent, EventSubject } from './events-of-entry.ts'
import { SIGNAL_LIMITS } from './signal-limits.ts'

export interface EventTokens {
  /** One for each event; `txn` says which of them come from the same cause. */
  ofEvents(client: Client, events: readonly EntryEvent[]): Signal[]
  /** Section 8.1.4: proof that the stream works, with the receiver's `state`. */
  verification(client: Client, streamId: string, state: string | undefined): Signal
  /** Section 8.1.5: the transmitter has changed the status. */
  streamUpdated(client: Client, streamId: string, status: string, reason: string): Signal
  /** The token itself, with the key of now. */
  signed(signal: Signal): string
}

export interface EventTokenDeps {
  readonly issuer: string
  readonly ring: Pick<SigningKeyRing, 'activeKey'>
  readonly subjectFor: SubjectFor
  readonly clock: Clock
  readonly random: Random
}

export function eventTokens(deps: EventTokenDeps): EventTokens {
  const { issuer, clock, random } = deps

  /** No `sub` and no `exp` (sections 4.1.4 and 4.1.7): nobody can take it for another token. Exactly one event. */
  function token(
    client: Client,
    type: string,
    subject: object,
    members: object,
    txn: string,
  ): Signal {
    const now = nowSeconds(clock)
    const jti = randomId(random)
    const claims = {
      iss: issuer,
      jti,
      iat: now,
      aud: client.id,
      txn,
      sub_id: subject,
      events: { [type]: members },
    }
    return { jti, claims: JSON.stringify(claims), expiresAt: now + SIGNAL_LIMITS.keepSeconds }
  }

  const aboutStream = (client: Client, streamId: string, type: string, members: object) =>
    token(client, type, { format: 'opaque', id: streamId }, members, randomId(random))

  return {
    ofEvents: (client, events) => {
      // Of this stream only: one number for two receivers would tell them that they know the same person.
      const txn = randomId(random)
      return events.map(({ type, subject, members }) =>
        token(client, type, subjectId(subject, client, deps), members, txn),
      )
    },
    verification: (client, streamId, state) =>
      aboutStream(client, streamId, EVENT.verification, state === undefined ? {} : { state }),
    streamUpdated: (client, streamId, status, reason) =>
      aboutStream(client, streamId, EVENT.streamUpdated, {
        status,
        ...(reason !== '' && { reason }),
      }),
    // CAEP Interoperability Profile section 2.6: RS256, whatever the client's other tokens are signed with.
    signed: ({ claims }) =>
      signJwt(deps.ring.activeKey('RS256'), TYP.securityEvent, JSON.parse(claims)),
  }
}

/** RFC 9493 section 3; complex ones as in Shared Signals Framework section 3.3. People as the client knows them. */
function subjectId(
  subject: EventSubject,
  client: Client,
  { issuer, subjectFor }: Pick<EventTokenDeps, 'issuer' | 'subjectFor'>,
): object {
  switch (subject.kind) {
    case 'everybody':
      return { format: 'uri', uri: issuer }
    case 'user':
      return { format: 'iss_sub', iss: issuer, sub: subjectFor(client, subject.sub) }
    case 'session': {
      const user = { format: 'iss_sub', iss: issuer, sub: subjectFor(client, subject.sub) }
      return { format: 'complex', user, session: { format: 'opaque', id: subject.sid } }
    }
  }
}
