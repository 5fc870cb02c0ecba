import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { type AccessTokenClaims, systemClock } from '@latchkey/protocol'
import { type ClaimProof, type Clock, possessionCheck, type Verifier } from '@latchkey/verifier'
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { dropFormToken } from './form-token.ts'
import { CALLER_TOKEN, guard } from './guard.ts'
import { publicAddress } from './public-address.ts'
import { challengesOf } from './refusal.ts'
import type { RefusalPage } from './refusal-page.ts'
import {
  metadataUrl,
  type ResourceMetadataOptions,
  serveResourceMetadata,
} from './resource-metadata.ts'
import {
  assertFirst,
  type CatalogueRoute,
  type RouteCatalogue,
  routeCatalogue,
} from './route-catalogue.ts'
import {
  type LatchkeyRouteConfig,
  parseRouteSettings,
  ROUTE_SETTINGS,
  type RouteSettings,
} from './route-settings.ts'
import { allowedOrigins } from './same-origin.ts'
import type { SessionSource } from './session-source.ts'
import type { GuardableSocket } from './socket-guard.ts'
import { type SocketGuards, socketGuards } from './socket-guards.ts'
import { protectUrlToken } from './url-token.ts'

export interface LatchkeyOptions {
  /** From `createVerifier`. Whoever made it closes it. */
  verifier: Verifier
  /** Where the token of a signed-in browser comes from. Default: cookies are not looked at. */
  session?: SessionSource
  /**
   * Origins whose pages may use the session's cookie to change something, and open WebSockets, for example
   * `https://app.example.com`. Default: the origin of the service's audience.
   */
  origins?: readonly string[]
  /** `realm` of the challenges. Default: the service's audience. */
  realm?: string
  /** Lets everybody reach the app's not-found handler. Default false: what no route matches is a plain 404. */
  publicNotFound?: boolean
  /** What a person reads instead of JSON who opens a page, or sends a form, and is refused. Default: the JSON. */
  refusalPage?: RefusalPage
  /**
   * Address under which callers reach the service's routes, for example `https://example.com/api`: proofs of possession (RFC 9449)
   * name it. Default: the origin of the service's audience.
   */
  publicAddress?: string
  dpop?: {
    /** Refuse tokens that are not bound to a key, but for those of a session. Default false. */
    required?: boolean
    /** Remembers proofs for several processes together. Default: each remembers those that it has seen. */
    claimProof?: ClaimProof
  }
  /**
   * SHA-256 (base64url) of the client's certificate, which tokens with `cnf["x5t#S256"]` are bound to (RFC 8705), for example from a
   * header that your proxy sets and takes from nobody. Default: such tokens are refused.
   */
  certificateHash?: (request: FastifyRequest) => string | undefined
  /** What clients can read about the service (RFC 9728), or false to serve nothing. Default: the facts without a name. */
  resourceMetadata?: ResourceMetadataOptions | false
  clock?: Clock
}

/** `app.latchkey` */
export interface LatchkeyInstance {
  readonly verifier: Verifier
  /**
   * The token that the guard accepted for this request, to call another service on behalf of the caller (token exchange).
   * Throws where nobody was identified (public routes).
   */
  tokenOf(request: { readonly [CALLER_TOKEN]: string | undefined }): string
  /** The routes declared so far. HEAD is left out: it needs GET. */
  readonly routes: readonly CatalogueRoute[]
  /** For `guardSocket`. */
  readonly sockets: SocketGuards
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The verified claims, frozen. Undefined on public routes, unless they identify callers and one came. */
    caller: AccessTokenClaims | undefined
    /** Read it with `app.latchkey.tokenOf(request)`: a secret has no name that a log would print. */
    [CALLER_TOKEN]: string | undefined
  }
  interface FastifyInstance {
    latchkey: LatchkeyInstance
  }
  interface FastifyContextConfig {
    /** Open to everybody. */
    public?: boolean
    latchkey?: LatchkeyRouteConfig
    [ROUTE_SETTINGS]?: RouteSettings
  }
}

/** Closes every route that does not say `config: { public: true }`. Register it first, at the root, with `await`. */
export const latchkey = fp<LatchkeyOptions>(
  async (app, options) => {
    assertFirst(app)
    const { verifier, dpop = {}, clock = systemClock, certificateHash } = options
    const { required: dpopRequired = false, claimProof } = dpop
    const metadata = options.resourceMetadata === false ? undefined : metadataUrl(verifier.service)
    if (metadata !== undefined) {
      serveResourceMetadata(app, metadata, {
        ...(options.resourceMetadata || {}),
        issuer: verifier.issuer,
        resource: verifier.service,
        dpopRequired,
        certificates: certificateHash !== undefined,
      })
    }
    const catalogue = routeCatalogue()
    const sockets = socketGuards(verifier)
    app.decorateRequest('caller', undefined)
    app.decorateRequest(CALLER_TOKEN, undefined)
    app.decorate('latchkey', {
      verifier,
      sockets,
      tokenOf(request) {
        const token = request[CALLER_TOKEN]
        if (token === undefined) throw new Error('tokenOf: nobody was identified (a public route?)')
        return token
      },
      get routes() {
        return catalogue.list()
      },
    })
    app.addHook('onRoute', (route) => declareRoute(route, catalogue))
    // A hook of the root runs for every route and not-found handler, also of plug-ins that were registered before.
    app.addHook(
      'onRequest',
      guard({
        verifier,
        sockets,
        session: options.session,
        origins: allowedOrigins(options.origins, verifier.service),
        possession: possessionCheck(claimProof ? { clock, claimProof } : { clock }),
        address: publicAddress(options.publicAddress, verifier.service),
        certificateHash: certificateHash ?? (() => undefined),
        dpopRequired,
        clock,
        challenges: challengesOf(options.realm ?? verifier.service, metadata, dpopRequired),
        publicNotFound: options.publicNotFound ?? false,
        refusalPage: options.refusalPage,
      }),
    )
    app.addHook('onReady', (done) => {
      guardWebSocketServer(app, sockets)
      verifier.publishRoutes(catalogue.list().map(({ method, pattern }) => ({ method, pattern })))
      done()
    })
  },
  { name: '@latchkey/fastify', fastify: '5.x' },
)

function declareRoute(route: RouteOptions, catalogue: RouteCatalogue): void {
  const methods = Array.isArray(route.method) ? route.method : [route.method]
  const settings = parseRouteSettings(route.config, { methods, url: route.url })
  catalogue.add(methods, route.url, settings.public)
  route.config = { ...route.config, [ROUTE_SETTINGS]: settings }
  if (settings.tokenInUrl) protectUrlToken(route)
  if (!settings.public && methods.some((method) => method !== 'GET' && method !== 'HEAD')) {
    const own = route.preValidation ?? []
    route.preValidation = [dropFormToken, ...(Array.isArray(own) ? own : [own])]
  }
}

/** With @fastify/websocket at the root no handler has to remember the guard: it stands before the handler begins. */
function guardWebSocketServer(app: FastifyInstance, sockets: SocketGuards): void {
  if (!app.hasDecorator('websocketServer')) return
  const server = app.getDecorator<EventEmitter>('websocketServer')
  server.on('connection', (socket: GuardableSocket, raw: IncomingMessage) => {
    if (sockets.isAdmitted(raw)) sockets.guard(raw, socket)
  })
}
