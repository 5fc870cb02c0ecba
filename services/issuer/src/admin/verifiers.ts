/** GET /admin/v1/verifiers: the verifiers of all issuer processes, what they have applied, and how far they are behind. */
import type { VerifierPresence } from '@latchkey/store'
import { Type } from 'typebox'
import type { LogTail } from '../feed/log-tail.ts'
import type { KnownVerifiers } from '../receipts/known-verifiers.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminVerifiersDeps {
  readonly known: KnownVerifiers
  readonly tail: Pick<LogTail, 'position'>
  readonly store: { readonly partitions: number }
}

/** Who left is shown for an hour: long enough to see that something is missing. */
const KEEP_SECONDS = 3600

const Verifier = closedObject(
  {
    instance: Type.String(),
    audience: Type.String(),
    client_id: Type.String(),
    process: Type.String(),
    connected: Type.Boolean(),
    connected_at: Type.Number(),
    gone_at: Type.Optional(Type.Number()),
    applied: Type.Array(
      closedObject({
        partition: Type.Integer(),
        epoch: Type.Integer(),
        offset: Type.Integer(),
      }),
    ),
    lag_entries: Type.Optional(Type.Integer()),
    kids: Type.Array(Type.String()),
  },
  'Verifier',
)

export function adminVerifiers(deps: AdminVerifiersDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/verifiers',
      summary: 'The verifiers of all issuer processes, and how far each has come',
      roles: EVERY_ROLE,
      answers: {
        200: closedObject({ verifiers: Type.Array(Verifier), complete: Type.Boolean() }),
      },
      async handle() {
        const { verifiers, complete } = await deps.known.all(KEEP_SECONDS)
        const order = (a: VerifierPresence, b: VerifierPresence) =>
          a.audience.localeCompare(b.audience) || a.instance.localeCompare(b.instance)
        return { verifiers: verifiers.toSorted(order).map((one) => describe(one, deps)), complete }
      },
    }),
  )
}

function describe(verifier: VerifierPresence, deps: AdminVerifiersDeps) {
  const { instance, audience, clientId, process, connectedAt, applied, kids, goneAt } = verifier
  const lag = lagOf(verifier, deps)
  return {
    instance,
    audience,
    client_id: clientId,
    process,
    connected: goneAt === undefined,
    connected_at: connectedAt,
    ...(goneAt !== undefined && { gone_at: goneAt }),
    applied,
    ...(lag !== undefined && { lag_entries: lag }),
    kids,
  }
}

/**
 * Entries that it lacks, over all partitions; undefined while it has not said where it is, or is in a log that was lost. What it is ahead of
 * this process counts as nothing.
 */
export function lagOf(
  { applied }: VerifierPresence,
  { tail, store }: Pick<AdminVerifiersDeps, 'tail' | 'store'>,
): number | undefined {
  let lag = 0
  for (let partition = 0; partition < store.partitions; partition++) {
    const here = tail.position(partition)
    const there = applied.find((one) => one.partition === partition)
    if (!there || there.epoch !== here.epoch) return undefined
    lag += Math.max(0, here.offset - there.offset)
  }
  return lag
}
