/** Which scripts of other origins may read answers: the Fetch standard section 3.3, RFC 9700 section 2.6. */
import type { Client } from '@latchkey/directory'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Scripts of registered origins may call this route. Never on /authorize and on pages: those are for people, whose cookies
     * count there.
     */
    cors?: true
  }
}

export interface CorsDeps {
  /** Origins of all living clients: a preflight request does not say whose script asks. */
  readonly origins: () => Promise<ReadonlySet<string>>
}

const ALLOWED_HEADERS = 'authorization, content-type, dpop'
/** What a script must read besides the body: RFC 9449 section 8, RFC 9110 section 10.2.3, RFC 6750 section 3. */
const EXPOSED_HEADERS = 'dpop-nonce, retry-after, www-authenticate'
/** Seconds; browsers that remember preflights at all stop at two hours or earlier. */
const PREFLIGHT_SECONDS = '600'

/**
 * Answers preflight requests of routes with `config: { cors: true }`, and adds the headers to theirs. Origins are compared to
 * the letter; credentials are never allowed, so cookies never count, and the origin `null` is nobody's.
 */
export function cors(app: FastifyInstance, deps: CorsDeps): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.cors !== true) return
    route.onSend = [...[route.onSend ?? []].flat(), addHeaders]
    if ([route.method].flat().includes('OPTIONS')) return
    const methods = [route.method].flat().filter((method) => method !== 'HEAD')
    // A route of several methods may be declared in several steps.
    if (app.hasRoute({ method: 'OPTIONS', url: route.url })) return
    app.options(route.url, { config: { cors: true } }, async (request, reply) => {
      if (isPreflight(request) && (await isAllowed(request, deps))) {
        reply
          .header('access-control-allow-methods', methods.join(', '))
          .header('access-control-allow-headers', ALLOWED_HEADERS)
          .header('access-control-max-age', PREFLIGHT_SECONDS)
      }
      return reply
        .code(204)
        .header('allow', [...methods, 'OPTIONS'].join(', '))
        .send()
    })
  })
  async function addHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    reply.header('vary', 'origin')
    if (await isAllowed(request, deps)) allow(request, reply)
  }
}

function isPreflight(request: FastifyRequest): boolean {
  return request.headers['access-control-request-method'] !== undefined
}

/** Once it is known whose request it is, only that client's origins count. */
async function isAllowed(request: FastifyRequest, deps: CorsDeps): Promise<boolean> {
  const { origin } = request.headers
  if (origin === undefined || origin === 'null') return false
  if (request.client) return request.client.corsOrigins.includes(origin)
  // Without the directory nobody is known. The answer itself says what is wrong, to everybody else.
  const origins = await deps.origins().catch(() => undefined)
  return origins?.has(origin) === true
}

function allow({ headers }: FastifyRequest, reply: FastifyReply): void {
  reply
    .header('access-control-allow-origin', headers.origin)
    .header('access-control-expose-headers', EXPOSED_HEADERS)
}

type KnownClient = Pick<Client, 'corsOrigins' | 'redirectUris' | 'disabled'>

export interface CorsOriginsDeps {
  readonly clients: { list(): Promise<readonly KnownClient[]> }
  readonly clock: { monotonicMs(): number }
}

/** A change of a client is noticed so much later. Until then a script is told no, or yes to an answer that then says no. */
const REMEMBERED_MS = 10_000

/** @param originsOf default: those that the client is registered with for scripts */
export function corsOrigins(
  { clients, clock }: CorsOriginsDeps,
  originsOf: (client: KnownClient) => readonly string[] = (client) => client.corsOrigins,
): CorsDeps['origins'] {
  let known: { readonly origins: Promise<ReadonlySet<string>>; readonly until: number } | undefined
  const read = async () => {
    const living = (await clients.list()).filter((client) => !client.disabled)
    return new Set(living.flatMap(originsOf))
  }
  return () => {
    const now = clock.monotonicMs()
    if (known === undefined || now >= known.until) {
      known = { origins: read(), until: now + REMEMBERED_MS }
      // A failure is not remembered: whoever asked hears of it, the next one asks again.
      known.origins.catch(() => {
        known = undefined
      })
    }
    return known.origins
  }
}
