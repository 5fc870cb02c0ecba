/** POST /admin/v1/explain: why a service answers a request as it does (docs/operate/explain.md). */
import { DIRECTORY_LIMITS, type Directory } from '@latchkey/directory'
import { LIMITS, nowSeconds } from '@latchkey/protocol'
import { Type } from 'typebox'
import { actorOf } from '../admin/actor.ts'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { EVERY_ROLE } from '../admin/framework/shipped-roles.ts'
import { findService } from '../admin/services/service-wire.ts'
import { type ExplainDeps, explainRequest } from './explain-request.ts'
import { CHECK_OUTCOMES, CHECKS } from './explanation.ts'
import { describeExplanation } from './explanation-of.ts'

const Body = closedObject({
  // Twice what a token may have, so that one that is too long is explained, too.
  token: Type.String({ minLength: 1, maxLength: 2 * LIMITS.tokenBytes }),
  method: Type.String({ pattern: '^[A-Z-]{1,20}$' }),
  path: Type.String({
    minLength: 1,
    maxLength: LIMITS.uriChars,
    pattern: '^/[^?#]*$',
    description: 'As it stands in the request, without a query.',
  }),
  service: Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.audienceChars }),
})

const CheckAnswer = closedObject(
  {
    check: Type.Enum([...CHECKS]),
    outcome: Type.Enum([...CHECK_OUTCOMES]),
    reason: Type.Optional(Type.String()),
    detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  'ExplainedCheck',
)

const Answer = closedObject(
  {
    service: Type.String(),
    status: Type.Integer({ description: 'What the service answers: 200, 401, 403, 404 or 503.' }),
    decided_by: Type.Enum([...CHECKS]),
    reason: Type.Optional(Type.String()),
    route: Type.Optional(Type.String({ description: 'As the router of the service knows it.' })),
    token: Type.Optional(
      closedObject({
        jti: Type.String(),
        sub: Type.String(),
        client_id: Type.String(),
        sid: Type.Optional(Type.String()),
        kid: Type.Optional(Type.String()),
        iat: Type.Integer(),
        exp: Type.Integer(),
      }),
    ),
    checks: Type.Array(CheckAnswer, { description: 'In the order of the service.' }),
  },
  'Explanation',
)

export interface ExplainRouteDeps extends ExplainDeps {
  readonly directory: ExplainDeps['directory'] & {
    readonly audit: Pick<Directory['audit'], 'append'>
  }
}

export function explainRoute(deps: ExplainRouteDeps) {
  return adminRoutes(
    adminRoute({
      method: 'POST',
      path: '/explain',
      summary: 'Says which check decides about a request with this token at a service',
      roles: EVERY_ROLE,
      body: Body,
      answers: { 200: Answer },
      async handle(request) {
        const { token, method, path } = request.body
        const service = await findService(request.body.service, deps.directory)
        const explained = await explainRequest({ token, method, path, service }, deps)
        const { jti } = explained.token ?? {}
        await deps.directory.audit.append({
          at: nowSeconds(deps.clock),
          actor: actorOf(request),
          action: 'explain.request',
          target: `service ${service.audience}`,
          reason: 'admin',
          // The path may name somebody, and what is no token of ours may be anything.
          detail: {
            ...(explained.route !== undefined && { route: explained.route }),
            ...(jti !== undefined && { jti }),
            status: explained.status,
            decided_by: explained.decidedBy,
          },
        })
        return describeExplanation(service.audience, explained)
      },
    }),
  )
}
