/** The OpenAPI 3.1 document of the admin API, from the declarations of its routes. */
import type { TSchema } from 'typebox'
import { ADMIN_PREFIX, type AdminAnswer, type DeclaredRoute } from './admin-route.ts'
import { Problem } from './problem.ts'
import { SHIPPED_ROLES } from './shipped-roles.ts'

type Json = Readonly<Record<string, unknown>>

/** @param server where it is served: the issuer */
export function openApiDocument(routes: readonly DeclaredRoute[], server: string): Json {
  const components = new Map<string, Json>()
  const paths: Record<string, Record<string, Json>> = {}
  for (const route of routes.toSorted((a, b) => order(a.path, b.path))) {
    const path = ADMIN_PREFIX + route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, components) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Latchkey admin API',
      version: 'v1',
      description:
        'Closed by access tokens for the issuer. Refusals are problem details (RFC 9457) with a stable code.',
    },
    servers: [{ url: server }],
    security: [{ token: [] }],
    tags: [...new Set(routes.map(tagOf))].toSorted(order).map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: Object.fromEntries([...components].toSorted(([a], [b]) => order(a, b))),
    },
  }
}

function operation(route: DeclaredRoute, components: Map<string, Json>): Json {
  const { method, path, params = {}, query = {}, body, answers } = route
  const schema = (one: TSchema) => hoisted(one, components)
  const inPlace = (place: string, members: Readonly<Record<string, TSchema>>) =>
    Object.entries(members).map(([name, one]) => ({
      name,
      in: place,
      required: place === 'path',
      schema: schema(one),
    }))
  const problem = { 'application/problem+json': { schema: schema(Problem) } }
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[/:_-]+(\w)/g, (_, letter) => letter.toUpperCase())}`,
    tags: [tagOf(route)],
    summary: route.summary,
    'x-roles': Object.keys(SHIPPED_ROLES).filter((name) => route.roles.some((one) => one === name)),
    parameters: [...inPlace('path', params), ...inPlace('query', query), ...headersOf(route)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schema(body) } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [
          status,
          { description: DESCRIPTIONS[status] ?? 'Done.', ...contentOf(answer, schema) },
        ]),
      ),
      default: { description: 'Refused.', content: problem },
    },
  }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  '200': 'As asked.',
  '201': 'Created.',
  '202': 'Under way.',
  '204': 'Done; there is nothing to say.',
}

function contentOf(answer: AdminAnswer, schema: (one: TSchema) => Json): Json {
  if (answer === null) return {}
  if ('media' in answer) return { content: { [String(answer.media)]: {} } }
  return { content: { 'application/json': { schema: schema(answer) } } }
}

function headersOf({ idempotent, conditional }: DeclaredRoute): Json[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  })
  return [
    ...(idempotent
      ? [
          header(
            'Idempotency-Key',
            'The same key for a day gives the same answer, and one creation.',
          ),
        ]
      : []),
    ...(conditional
      ? [header('If-Match', 'The ETag that was read; 412 when it has changed since.')]
      : []),
  ]
}

function tagOf({ path }: DeclaredRoute): string {
  return path.split('/')[1] ?? ''
}

/** What has a title stands once, under it. */
function hoisted(schema: unknown, components: Map<string, Json>): Json {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    const walked = Object.fromEntries(
      Object.entries(value).flatMap(([name, member]) =>
        // Ours and ajv's word; in OpenAPI `discriminator` needs a mapping that oneOf says already.
        name === 'discriminator' ? [] : [[name, walk(member)]],
      ),
    )
    const { title } = walked as { title?: unknown }
    if (typeof title !== 'string') return walked
    const known = components.get(title)
    if (known && JSON.stringify(known) !== JSON.stringify(walked)) {
      throw new Error(`two schemas are called ${title}`)
    }
    components.set(title, walked)
    return { $ref: `#/components/schemas/${title}` }
  }
  return walk(schema) as Json
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
