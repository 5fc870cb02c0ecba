/** A route of the admin API is declared once; what Fastify checks, the OpenAPI document and the table of rights come from that. */
import { compileGrants } from '@latchkey/permissions'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'
import { refuseOpenSchema } from './closed.ts'
import { SHIPPED_ROLES, type ShippedRoleName } from './shipped-roles.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route of the admin API has one. */
    admin?: DeclaredRoute
  }
}

/** A JSON body, no body (204), or another media type. */
export type AdminAnswer = TSchema | null | { readonly media: string }

export type AdminRequest<
  Params extends TProperties = TProperties,
  Query extends TProperties = TProperties,
  Body extends TSchema = TSchema,
> = FastifyRequest<{
  Params: Static<TObject<Params>>
  Querystring: Static<TObject<Query>>
  Body: Static<Body>
}>

export interface AdminRoute<
  Params extends TProperties = TProperties,
  Query extends TProperties = TProperties,
  Body extends TSchema = TSchema,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/admin/v1`: `/users/:sub`. */
  readonly path: string
  /** One line for people, without a full stop. */
  readonly summary: string
  /** Shipped roles that may call it; it does not start when their grants say something else. */
  readonly roles: readonly ShippedRoleName[]
  /** Members of the path; others do not exist. */
  readonly params?: Params
  /** Members of the query, all of them texts; others are refused. */
  readonly query?: Query
  /** Every object in it is closed. */
  readonly body?: Body
  /** Of the largest body in bytes; absent: LIMITS.jsonBytes. */
  readonly bodyLimit?: number
  /** By status, errors left out: they are problems everywhere (problem.ts). */
  readonly answers: Readonly<Record<number, AdminAnswer>>
  /** A creation that takes `Idempotency-Key` (idempotency.ts). */
  readonly idempotent?: true
  /** Its answer carries an ETag (preconditions.ts). */
  readonly etag?: true
  /** A change that takes `If-Match`: its handler calls `refuseChanged` inside the transaction. */
  readonly conditional?: true
  handle(request: AdminRequest<Params, Query, Body>, reply: FastifyReply): Promise<unknown>
}

export type DeclaredRoute = AdminRoute

export const ADMIN_PREFIX = '/admin/v1'

/** Types the handler by the schemas beside it. */
export function adminRoute<
  // biome-ignore lint/complexity/noBannedTypes: no members at all, which is what an absent schema takes
  Params extends TProperties = {},
  // biome-ignore lint/complexity/noBannedTypes: as above
  Query extends TProperties = {},
  Body extends TSchema = TSchema,
>(route: AdminRoute<Params, Query, Body>): DeclaredRoute {
  return route as unknown as DeclaredRoute
}

/** A plug-in of these routes, for a context that `guardAdmin` has closed. */
export function adminRoutes(...routes: readonly DeclaredRoute[]) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const route of routes) addRoute(app, route)
  }
}

function addRoute(app: FastifyInstance, route: DeclaredRoute): void {
  checkDeclaration(route)
  const { method, path, params = {}, query = {}, body, bodyLimit } = route
  const closed = { additionalProperties: false }
  app.route({
    method,
    url: ADMIN_PREFIX + path,
    schema: {
      params: Type.Object(params, closed),
      querystring: Type.Object(query, closed),
      ...(body && { body }),
    },
    ...(bodyLimit !== undefined && { bodyLimit }),
    config: { admin: route },
    handler: (request, reply) => route.handle(request as AdminRequest, reply),
  })
}

/** Mistakes of the programmer, found when the issuer starts: in every test. */
function checkDeclaration({ method, path, roles, body, answers }: DeclaredRoute): void {
  const name = `${method} ${ADMIN_PREFIX}${path}`
  if (body) refuseOpenSchema(body, `${name} body`)
  for (const [status, answer] of Object.entries(answers)) {
    if (answer && !('media' in answer)) refuseOpenSchema(answer, `${name} ${status}`)
  }
  for (const [role, { grants }] of Object.entries(SHIPPED_ROLES)) {
    const may = compileGrants([...grants]).allows(method, ADMIN_PREFIX + path)
    if (may === roles.includes(role as ShippedRoleName)) continue
    throw new Error(
      `${name} says that ${role} ${may ? 'may not' : 'may'} call it; its grants differ`,
    )
  }
}
