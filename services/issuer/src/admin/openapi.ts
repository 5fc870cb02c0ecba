/** GET /admin/v1/openapi.json: what this API is, for programs. */
import { adminRoute, adminRoutes, type DeclaredRoute } from './framework/admin-route.ts'
import { openApiDocument } from './framework/openapi.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminOpenApiDeps {
  readonly issuer: string
  /** All of them, once the issuer is ready. */
  readonly routes: readonly DeclaredRoute[]
}

export function adminOpenApi({ issuer, routes }: AdminOpenApiDeps) {
  let document: ReturnType<typeof openApiDocument> | undefined
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/openapi.json',
      summary: 'This document',
      roles: EVERY_ROLE,
      answers: { 200: { media: 'application/json' } },
      handle: async () => (document ??= openApiDocument(routes, issuer)),
    }),
  )
}
