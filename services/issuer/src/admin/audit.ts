/** GET /admin/v1/audit: what was done, by whom, newest first. */
import { type AuditRecord, DIRECTORY_LIMITS, type Directory } from '@latchkey/directory'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { PAGE_QUERY, type Pages, pageOf } from './framework/pages.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminAuditDeps {
  readonly directory: Pick<Directory, 'audit'>
  readonly pages: Pages
}

const RecordAnswer = closedObject(
  {
    id: Type.Integer(),
    at: Type.Integer(),
    actor: closedObject({
      sub: Type.String(),
      client_id: Type.Optional(Type.String()),
      sid: Type.Optional(Type.String()),
      address: Type.Optional(Type.String()),
      request_id: Type.Optional(Type.String()),
    }),
    action: Type.String(),
    target: Type.String(),
    reason: Type.String(),
    detail: Type.Record(Type.String(), Type.Unknown()),
  },
  'AuditRecord',
)

const text = (description: string, maxLength: number = DIRECTORY_LIMITS.auditTextChars) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description }))

export function adminAudit({ directory, pages }: AdminAuditDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/audit',
      summary: 'Lists what was done, newest first',
      roles: EVERY_ROLE,
      query: {
        action: text('For example `end` or `user.create`.', DIRECTORY_LIMITS.auditActionChars),
        actor: text('`sub` of who did it.'),
        target: text('For example `client orders`.'),
        since: Type.Optional(
          Type.String({ pattern: '^\\d{1,11}$', description: 'Second: none older than this.' }),
        ),
        ...PAGE_QUERY,
      },
      answers: { 200: pageOf('records', RecordAnswer) },
      async handle(request) {
        const { action, actor, target, since } = request.query
        const page = pages(request)
        const records = await directory.audit.list({
          limit: page.limit,
          ...(page.after !== undefined && { before: Number(page.after) }),
          ...(action !== undefined && { action }),
          ...(actor !== undefined && { actor }),
          ...(target !== undefined && { target }),
          ...(since !== undefined && { since: Number(since) }),
        })
        return { records: records.map(describe), ...page.next(records, ({ id }) => String(id)) }
      },
    }),
  )
}

function describe({ actor, ...record }: AuditRecord) {
  const { sub, clientId, sid, address, requestId } = actor
  return {
    ...record,
    actor: {
      sub,
      ...(clientId !== undefined && { client_id: clientId }),
      ...(sid !== undefined && { sid }),
      ...(address !== undefined && { address }),
      ...(requestId !== undefined && { request_id: requestId }),
    },
  }
}
