/** What one issuer process and the verifiers on its feed remember of a refused request. */
import type { RefusedRequest } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import { type Static, Type } from 'typebox'
import { closedObject } from '../admin/framework/closed.ts'
import type { FeedHub } from '../feed/hub.ts'
import type { Member } from '../feed/member.ts'
import { identityOf, identityOfMember } from '../receipts/known-verifiers.ts'
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
  /** Whose findings these are, as verifiers' presence names it. */
  readonly process: string
  /** Verifiers that said nothing in time, by `identityOf`. */
  readonly silent: readonly string[]
}

export interface RefusedFindingsDeps {
  readonly hub: Pick<FeedHub, 'askRefused'>
  readonly refusals: OwnRefusals
  readonly process: string
}

export type FindRefusedHere = (request: string) => Promise<RefusedFindings>

export function refusedHere({ hub, refusals, process }: RefusedFindingsDeps): FindRefusedHere {
  return async (request) => {
    const asked = await hub.askRefused(request)
    const own = refusals.find(request)
    return {
      ...(own && { issuer: describeOwn(own) }),
      services: asked.flatMap(({ member, refused = [] }) =>
        refused.map((one) => describeRefused(one, member)),
      ),
      process,
      silent: asked
        .filter(({ refused }) => refused === undefined)
        .map(({ member }) => identityOfMember(member)),
    }
  }
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
  const processes = new Set(findings.map(({ process }) => process))
  const silent = new Set(findings.flatMap((one) => one.silent))
  const issuer = findings.find((one) => one.issuer)?.issuer
  return {
    ...(issuer && { issuer }),
    services: findings.flatMap(({ services }) => services),
    not_asked: known.flatMap((verifier) => {
      const why = silenceOf(verifier, processes, silent)
      if (why === undefined) return []
      const { audience: service, instance } = verifier
      return [{ service, instance, why }]
    }),
  }
}

/** Undefined for one that has answered. */
function silenceOf(
  verifier: VerifierPresence,
  processes: ReadonlySet<string>,
  silent: ReadonlySet<string>,
): 'away' | 'other_process' | 'silent' | undefined {
  if (verifier.goneAt !== undefined) return 'away'
  if (!processes.has(verifier.process)) return 'other_process'
  return silent.has(identityOf(verifier)) ? 'silent' : undefined
}
