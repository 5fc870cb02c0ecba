/** Resources as answers: versions and the choice of attributes, RFC 7644 sections 3.9 and 3.14. */
import { InputError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { etagOf } from '../admin/framework/preconditions.ts'
import { foldPath } from './filter/parse-filter.ts'
import { type Document, isObject } from './schemas/canonical.ts'
import { ScimError } from './scim-error.ts'
import { SCIM_TYPE } from './scim-type.ts'

export interface Projection {
  /** Paths in lower case; undefined: the usual ones. */
  readonly attributes: ReadonlySet<string> | undefined
  readonly excluded: ReadonlySet<string>
}

/** Told whatever is asked (RFC 7643 section 7, `returned`). */
const ALWAYS: ReadonlySet<string> = new Set(['id', 'schemas'])

/** @param given `attributes` and `excludedAttributes`: apart by commas in a query, lists in a search */
export function readProjection(given: Document): Projection {
  const { attributes, excludedAttributes } = given
  const excluded = pathsOf(excludedAttributes)
  const asked = pathsOf(attributes)
  if (asked.size > 0 && excluded.size > 0) {
    throw new ScimError('invalidValue', 'attributes and excludedAttributes exclude each other')
  }
  return { attributes: asked.size > 0 ? asked : undefined, excluded }
}

function pathsOf(value: unknown): ReadonlySet<string> {
  const list = typeof value === 'string' ? value.split(',') : (value ?? [])
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string')) {
    throw new ScimError('invalidValue', 'attributes and excludedAttributes are lists of names')
  }
  return new Set(list.map((one) => foldPath(one.trim())).filter((one) => one !== ''))
}

/** Whether an attribute with a price is to be told. */
export function isWanted({ attributes, excluded }: Projection, name: string): boolean {
  if (attributes === undefined) return !excluded.has(name)
  return [...attributes].some((one) => one === name || one.startsWith(`${name}.`))
}

export function projected(resource: Document, projection: Projection, above = ''): Document {
  const { attributes, excluded } = projection
  const kept = Object.entries(resource).flatMap(([name, value]) => {
    const path = above + name.toLowerCase()
    if (above === '' && ALWAYS.has(path)) return [[name, value]]
    if (attributes ? attributes.has(path) : false) return [[name, value]]
    if (excluded.has(path)) return []
    // Members of an extension stand behind its URN and a colon, all others behind a point.
    const below = `${path}${name.startsWith('urn:') ? ':' : '.'}`
    const isBelow = (one: string) => one.startsWith(below)
    if (attributes && ![...attributes].some(isBelow)) return []
    if (!attributes && ![...excluded].some(isBelow)) return [[name, value]]
    const inner = (one: unknown) => (isObject(one) ? projected(one, projection, below) : one)
    return [[name, Array.isArray(value) ? value.map(inner) : inner(value)]]
  })
  return Object.fromEntries(kept)
}

/** Weak: the same resource may be told with other members. */
export function versionOf(resource: Document): string {
  return `W/${etagOf(JSON.stringify(resource))}`
}

/** With its version, which changes with any of its members. */
export function versioned(resource: Document): Document {
  const meta = resource['meta'] as Document
  return { ...resource, meta: { ...meta, version: versionOf(resource) } }
}

/**
 * Compares `If-Match` with the version as it is now, inside the transaction of the change. `resource` is without its version.
 * @throws InputError `precondition-failed`, answered with 412
 */
export function refuseOtherVersion({ headers }: FastifyRequest, resource: Document): void {
  const { 'if-match': match } = headers
  if (match === undefined || hasVersion(match, versionOf(resource))) return
  throw new InputError('precondition-failed', {
    received: `If-Match ${match.slice(0, 200)}`,
    expected: `the version as it is now, ${versionOf(resource)}: read it again, and decide again`,
  })
}

/** RFC 7644 section 3.14 compares weakly: `W/` makes no difference. */
function hasVersion(header: string, version: string): boolean {
  const plain = (tag: string) => tag.trim().replace(/^W\//, '')
  return header.trim() === '*' || header.split(',').some((one) => plain(one) === plain(version))
}

/** Sends a resource with its version; 304 when the client has it. `resource` is without its version. */
export async function sendResource(
  request: FastifyRequest,
  reply: FastifyReply,
  resource: Document,
  projection: Projection = readProjection(request.query as Document),
): Promise<FastifyReply> {
  const version = versionOf(resource)
  reply.header('etag', version).header('cache-control', 'no-store')
  const { 'if-none-match': known } = request.headers
  if (request.method === 'GET' && known !== undefined && hasVersion(known, version)) {
    return await reply.code(304).send()
  }
  return await sendScim(reply, projected(versioned(resource), projection))
}

export async function sendScim(reply: FastifyReply, body: object): Promise<FastifyReply> {
  return await reply.header('cache-control', 'no-store').type(SCIM_TYPE).send(JSON.stringify(body))
}
