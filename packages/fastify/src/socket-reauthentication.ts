/** Whether a fresh token, or the ticket of one, may take the place of the token that a socket stands on. */
import type { AccessTokenClaims } from '@latchkey/protocol'
import type { RefusalReason } from '@latchkey/verifier'
import type { TicketFault } from './decide-ticket.ts'
import { freezeClaims } from './freeze-claims.ts'
import type { Admission, SocketGuardDeps } from './socket-guard.ts'
import { isTicket } from './socket-ticket.ts'

export type Reauthentication =
  | { readonly kind: 'accepted'; readonly caller: AccessTokenClaims }
  | {
      readonly kind: 'refused'
      readonly reason:
        | RefusalReason
        | TicketFault
        | 'other_session'
        | 'not_permitted'
        | 'proof_missing'
        | 'no_lease'
        | 'closed'
    }

type Fresh =
  | Extract<Reauthentication, { kind: 'refused' }>
  | { readonly kind: 'accepted'; readonly caller: AccessTokenClaims; readonly token: string }

export async function reauthentication(
  { verifier, tickets }: Pick<SocketGuardDeps, 'verifier' | 'tickets'>,
  admission: Admission,
  before: AccessTokenClaims,
  shown: string,
): Promise<Fresh> {
  const ticket = isTicket(shown) ? await tickets?.spend(shown) : { token: shown, route: undefined }
  if (ticket === undefined) return refused('ticket_unknown')
  const { token, route } = ticket
  if (route !== undefined && route !== admission.route) return refused('ticket_of_other_route')
  const verification = await verifier.verifyCurrent(token, admission.toleranceSeconds)
  if (verification.kind === 'stale') return refused('no_lease')
  if (verification.kind === 'invalid') return refused(verification.reason)
  const caller = freezeClaims(verification.claims)
  if (caller.sub !== before.sub || caller.sid !== before.sid) return refused('other_session')
  // No proof can come over a socket: what was proven when it was opened must be enough.
  if (!isSameBinding(caller, before)) return refused('proof_missing')
  if (!admission.mayStay(caller)) return refused('not_permitted')
  return { kind: 'accepted', caller, token }
}

function refused(reason: Extract<Fresh, { kind: 'refused' }>['reason']): Fresh {
  return { kind: 'refused', reason }
}

function isSameBinding(one: AccessTokenClaims, other: AccessTokenClaims): boolean {
  const names = ['jkt', 'x5t#S256']
  return names.every((name) => one.cnf?.[name] === other.cnf?.[name])
}
