import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import {
  type AccessTokenClaims,
  InputError,
  systemClock,
  systemScheduler,
} from '@latchkey/protocol'
import { type Clock, possessionCheck, type Verifier } from '@latchkey/verifier'
import type { FastifyInstance, RouteOptions } from 'fastify'
import fp from 'fastify-plugin'
import { challengesOf } from './challenges.ts'
import { dropFormToken } from './form-token.ts'
import { CALLER_TOKEN, guard } from './guard.ts'
import type { LatchkeyOptions } from './latchkey-options.ts'
import { publicAddress } from './public-address.ts'
import { metadataUrl, serveResourceMetadata } from './resource-metadata.ts'
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
import type { GuardableSocket } from './socket-guard.ts'
import { type SocketGuards, socketGuards } from './socket-guards.ts'
import { type Ticketing, ticketing } from './ticket-options.ts'
import { serveTickets } from './ticket-route.ts'
import { protectUrlToken } from './url-token.ts'

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
    const tickets = ticketsOf(options, clock)
    if (tickets !== undefined) serveTickets(app, tickets)
    const sockets = socketGuards({
      verifier,
      tickets: tickets?.tickets,
      graceSeconds: graceOf(options),
      clock,
      scheduler: systemScheduler,
    })
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
        tickets: tickets?.tickets,
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
      verifier.publishRoutes(catalogue.list())
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

function ticketsOf({ tickets, verifier }: LatchkeyOptions, clock: Clock): Ticketing | undefined {
  if (tickets === undefined) return undefined
  return ticketing(tickets === true ? {} : tickets, { service: verifier.service, clock })
}

const GRACE_SECONDS = 2
/** Messages wait for so long: whoever needs more had better connect again. */
const MOST_GRACE_SECONDS = 10

function graceOf({ socketGraceSeconds: seconds = GRACE_SECONDS }: LatchkeyOptions): number {
  if (seconds >= 0 && seconds <= MOST_GRACE_SECONDS) return seconds
  throw new InputError('socket-grace', {
    received: String(seconds),
    expected: `0 to ${MOST_GRACE_SECONDS} seconds`,
    where: 'socketGraceSeconds',
  })
}

/** With @fastify/websocket at the root no handler has to remember the guard: it stands before the handler begins. */
function guardWebSocketServer(app: FastifyInstance, sockets: SocketGuards): void {
  if (!app.hasDecorator('websocketServer')) return
  const server = app.getDecorator<EventEmitter>('websocketServer')
  server.on('connection', (socket: GuardableSocket, raw: IncomingMessage) => {
    if (sockets.isAdmitted(raw)) sockets.guard(raw, socket)
  })
}
