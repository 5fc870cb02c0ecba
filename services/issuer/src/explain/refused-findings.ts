/** What one issuer process and the verifiers on its feed remember of a refused request. */
import type { RefusedRequest } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import { type Static, Type } from 'typebox'
import { closedObject } from '../admin/framework/closed.ts'
import type { FeedHub } from '../feed/hub.ts'
import type { Member } from '../feed/member.ts'
import { identityOf } from '../receipts/known-verifiers.ts'
import type { OwnRefusal, OwnRefusals } from './own-refusals.ts'

const OPTIONAL = Type.Optional(Type.String())

export const RefusedByIssuer = closedObject({
  at: Type.Integer(),
  method: Type.String(),
  route: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  reason: OPTIONAL,
  client_id: OPTIONAL,
  sub: OPTIONAL,
})

export const RefusedByService = closedObject({
  service: Type.String(),
  instance: Type.String(),
  at: Type.Integer(),
  status: Type.Integer(),
  reason: Type.String(),
  method: Type.String(),
  route: OPTIONAL,
  jti: Type.Optional(Type.String({ description: 'As the token said, proven or not.' })),
  sub: OPTIONAL,
  sid: OPTIONAL,
  applied: Type.Array(
    closedObject({ partition: Type.Integer(), epoch: Type.Integer(), offset: Type.Integer() }),
  ),
  lease_ms: Type.Integer({ description: 'The lease was good for so long; 0: there was none.' }),
})

/** JSON: other processes send it through the store. */
export interface RefusedFindings {
  readonly issuer?: Static<typeof RefusedByIssuer>
  readonly services: readonly Static<typeof RefusedByService>[]
  /** Verifiers that have said something, and those that have not, by `identityOf`. */
  readonly answered: readonly string[]
  readonly silent: readonly string[]
}

export interface RefusedFindingsDeps {
  readonly hub: Pick<FeedHub, 'askRefused'>
  readonly refusals: OwnRefusals
}

export type FindRefusedHere = (request: string) => Promise<RefusedFindings>

export function refusedHere({ hub, refusals }: RefusedFindingsDeps): FindRefusedHere {
  return async (request) => {
    const asked = await hub.askRefused(request)
    const own = refusals.find(request)
    const named = (isTold: boolean) =>
      asked.filter(({ refused }) => (refused !== undefined) === isTold).map(nameOf)
    return {
      ...(own && { issuer: describeOwn(own) }),
      services: asked.flatMap(({ member, refused = [] }) =>
        refused.map((one) => describeRefused(one, member)),
      ),
      answered: named(true),
      silent: named(false),
    }
  }
}

function nameOf({ member }: { readonly member: Member }): string {
  const { instance, clientId, connection } = member
  return identityOf({ instance, clientId, audience: connection.audience })
}

function describeOwn({ clientId, ...own }: OwnRefusal) {
  return { ...own, ...(clientId !== undefined && { client_id: clientId }) }
}

function describeRefused(
  { positions, leaseMs, ...refused }: RefusedRequest,
  { instance, connection }: Member,
) {
  return {
    ...{ service: connection.audience, instance },
    ...refused,
    applied: positions.map(({ p, epoch, offset }) => ({ partition: p, epoch, offset })),
    lease_ms: Math.round(leaseMs),
  }
}

/** What all processes have found, and the verifiers of which nothing was heard. */
export function mergeRefused(
  findings: readonly RefusedFindings[],
  known: readonly VerifierPresence[],
) {
  const answered = new Set(findings.flatMap((one) => one.answered))
  const silent = new Set(findings.flatMap((one) => one.silent))
  const issuer = findings.find((one) => one.issuer)?.issuer
  return {
    ...(issuer && { issuer }),
    services: findings.flatMap(({ services }) => services),
    not_asked: known.flatMap((verifier) => {
      const name = identityOf(verifier)
      if (answered.has(name)) return []
      const elsewhere = verifier.goneAt === undefined ? 'other_process' : 'away'
      const why = silent.has(name) ? 'silent' : elsewhere
      return [{ service: verifier.audience, instance: verifier.instance, why } as const]
    }),
  }
}
