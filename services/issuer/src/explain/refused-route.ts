/** GET /admin/v1/refused/:request: why a request of this id was refused, by this process or by a service (docs/operate/explain.md). */
import type { Directory } from '@latchkey/directory'
import { type Clock, LIMITS, nowSeconds, type RefusedRequest } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import { Type } from 'typebox'
import { actorOf } from '../admin/actor.ts'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { EVERY_ROLE } from '../admin/framework/shipped-roles.ts'
import type { FeedHub } from '../feed/hub.ts'
import type { MemberRefused } from '../feed/refused-questions.ts'
import { identityOf, type KnownVerifiers } from '../receipts/known-verifiers.ts'
import type { OwnRefusal, OwnRefusals } from './own-refusals.ts'

export interface RefusedRouteDeps {
  readonly directory: { readonly audit: Pick<Directory['audit'], 'append'> }
  readonly hub: Pick<FeedHub, 'askRefused'>
  readonly refusals: OwnRefusals
  readonly known: Pick<KnownVerifiers, 'all'>
  readonly clock: Clock
}

/** As long as refusals are remembered. */
const KEEP_SECONDS = 3600

const OPTIONAL = Type.Optional(Type.String())

const ByIssuer = closedObject({
  at: Type.Integer(),
  method: Type.String(),
  route: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  reason: OPTIONAL,
  client_id: OPTIONAL,
  sub: OPTIONAL,
})
const ByService = closedObject({
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
const NotAsked = closedObject({
  service: Type.String(),
  instance: Type.String(),
  why: Type.Enum(['away', 'silent', 'other_process']),
})

const Answer = closedObject(
  {
    request: Type.String(),
    issuer: Type.Optional(ByIssuer),
    services: Type.Array(ByService),
    not_asked: Type.Array(NotAsked, {
      description:
        'Verifiers that said nothing: gone, too slow, or on the feed of another issuer process.',
    }),
  },
  'RefusedRequest',
)

export function refusedRoute(deps: RefusedRouteDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/refused/:request',
      summary: 'Why a request of this id was refused, by this process or by services',
      roles: EVERY_ROLE,
      params: { request: Type.String({ pattern: `^[!-~]{1,${LIMITS.requestIdChars}}$` }) },
      answers: { 200: Answer },
      async handle(request) {
        const id = request.params.request
        const asked = await deps.hub.askRefused(id)
        const own = deps.refusals.find(id)
        const services = asked.flatMap(({ member, refused = [] }) =>
          refused.map((one) => describeRefused(one, member)),
        )
        const { verifiers } = await deps.known.all(KEEP_SECONDS)
        await deps.directory.audit.append({
          at: nowSeconds(deps.clock),
          actor: actorOf(request),
          action: 'explain.refused',
          target: `request ${id}`,
          reason: 'admin',
          detail: { found: services.length + (own ? 1 : 0) },
        })
        return {
          request: id,
          ...(own && { issuer: describeOwn(own) }),
          services,
          not_asked: notAsked(asked, verifiers),
        }
      },
    }),
  )
}

function describeOwn({ clientId, ...own }: OwnRefusal) {
  return { ...own, ...(clientId !== undefined && { client_id: clientId }) }
}

function describeRefused(
  { positions, leaseMs, ...refused }: RefusedRequest,
  { instance, connection }: MemberRefused['member'],
) {
  return {
    ...{ service: connection.audience, instance },
    ...refused,
    applied: positions.map(({ p, epoch, offset }) => ({ partition: p, epoch, offset })),
    lease_ms: Math.round(leaseMs),
  }
}

function notAsked(asked: readonly MemberRefused[], known: readonly VerifierPresence[]) {
  const here = new Map(
    asked.map((one) => {
      const { instance, clientId, connection } = one.member
      return [identityOf({ instance, clientId, audience: connection.audience }), one]
    }),
  )
  return known.flatMap((verifier) => {
    const { audience: service, instance, goneAt } = verifier
    const one = here.get(identityOf(verifier))
    if (one?.refused) return []
    const elsewhere = goneAt === undefined ? 'other_process' : 'away'
    return [{ service, instance, why: one ? 'silent' : elsewhere } as const]
  })
}
