import type {
  AppliedDeclaration,
  ApplyOptions,
  ChangedTarget,
  PlannedEnd,
  UntoldEnd,
} from '@latchkey/directory'
import type { Actor, Clock, EndReason } from '@latchkey/protocol'
import { heldUntil } from './ending-change.ts'

/** What a declaration ends. `note` goes into the transaction that brings it in; `untold` is told when that is committed. */
export function declaredEnds(clock: Clock, actor: Actor = { sub: 'issuer' }) {
  let untold: readonly UntoldEnd[] = []
  const note: NonNullable<ApplyOptions['also']> = async ({ untoldEnds }, applied) => {
    untold = await untoldEnds.note(endsOf(applied, actor), heldUntil(clock))
  }
  return { note, untold: () => untold }
}

function endsOf({ disabled, stale }: AppliedDeclaration, actor: Actor): PlannedEnd[] {
  const targets: (readonly [ChangedTarget, EndReason])[] = [
    ...disabled.users.map((sub) => [{ kind: 'user', sub }, 'user_disabled'] as const),
    ...disabled.clients.map(
      (clientId) => [{ kind: 'client', clientId }, 'client_disabled'] as const,
    ),
    ...disabled.services.map(
      (audience) => [{ kind: 'service', audience }, 'service_quarantined'] as const,
    ),
    ...stale.map((about) => [{ kind: 'stale', about }, 'permissions_changed'] as const),
  ]
  return targets.map(([target, reason]) => ({ target, reason, actor }))
}
