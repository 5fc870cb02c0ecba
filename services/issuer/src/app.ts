/**
 * The issuer: everything it is made of, in the order in which it is wired. Read this first.
 * `wiring/` makes the parts; below, the endpoints stand by who calls them. What an endpoint is asked goes through `checks/`, at
 * the token endpoint on to one of the `grants/`, and from there to `minting/`.
 * It holds no state that matters: the store and the directory do (docs/architecture.md).
 */
import type { Directory } from '@latchkey/directory'
import { type Clock, type Random, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { attributedRecords } from './audit/attributed-records.ts'
import { requestScope } from './audit/request-scope.ts'
import { effectiveParameters } from './authorization/effective-parameters.ts'
import { sendPageError } from './authorization/page-errors.ts'
import type { End } from './ending/end.ts'
import type { TellEnd } from './ending/tell-end.ts'
import { authorize } from './endpoints/authorize.ts'
import { consent } from './endpoints/consent.ts'
import { deviceAuthorization } from './endpoints/device-authorization.ts'
import { devicePages } from './endpoints/device-pages.ts'
import { discovery } from './endpoints/discovery.ts'
import { errorCodes } from './endpoints/error-codes.ts'
import { feed } from './endpoints/feed.ts'
import { feedPoll } from './endpoints/feed-poll.ts'
import { globalRevocation } from './endpoints/global-revocation.ts'
import { health } from './endpoints/health.ts'
import { home } from './endpoints/home.ts'
import { introspect } from './endpoints/introspect.ts'
import { jwks } from './endpoints/jwks.ts'
import { logout } from './endpoints/logout.ts'
import { logoutStatus } from './endpoints/logout-status.ts'
import { newPassword } from './endpoints/new-password.ts'
import { oneTimeCode } from './endpoints/one-time-code.ts'
import { probe } from './endpoints/probe.ts'
import { pushRequest } from './endpoints/push-request.ts'
import { revoke } from './endpoints/revoke.ts'
import { selectAccount } from './endpoints/select-account.ts'
import { signIn } from './endpoints/sign-in.ts'
import { signInCode } from './endpoints/sign-in-code.ts'
import { statusList } from './endpoints/status-list.ts'
import { token } from './endpoints/token.ts'
import { userinfo } from './endpoints/userinfo.ts'
import { withdraw } from './endpoints/withdraw.ts'
import { ownRefusals } from './explain/own-refusals.ts'
import type { FeedHub } from './feed/hub.ts'
import { housekeeping } from './housekeeping.ts'
import { cors, corsOrigins } from './http/cors.ts'
import { emptyForm } from './http/empty-form.ts'
import { sendOAuthError } from './http/oauth-errors.ts'
import { signedOutCookie } from './logout/signed-out-cookie.ts'
import { guardedRequest } from './outgoing/guarded-request.ts'
import { pageLocale } from './pages/page-locale.ts'
import { ownRoutes, publishOwnRoutes } from './rights/own-catalogue.ts'
import { createServer } from './server.ts'
import { ACR_VALUES } from './sessions/acr-values.ts'
import { csrf } from './sessions/csrf.ts'
import { stepProofs } from './sessions/step-proof.ts'
import type { Settings } from './settings/settings.ts'
import { newPasswordSteps } from './sign-in/new-password-step.ts'
import { passwordSteps } from './sign-in/password-step.ts'
import type { TokenResponseHook } from './token-api/token-response-hook.ts'
import { adminApi } from './wiring/admin.ts'
import { type Callers, wireCallers } from './wiring/callers.ts'
import { type Ending, wireEnding } from './wiring/ending.ts'
import { type Feeding, wireFeed } from './wiring/feed.ts'
import { incomingSignals } from './wiring/incoming-signals.ts'
import { wireKeyLife } from './wiring/key-life.ts'
import { type Keys, wireKeys } from './wiring/keys.ts'
import { type People, wirePeople } from './wiring/people.ts'
import { wireReceipts } from './wiring/receipts.ts'
import { registration } from './wiring/registration.ts'
import { scim } from './wiring/scim.ts'
import { sessionPages } from './wiring/session-pages.ts'
import { receivers, wireSignals } from './wiring/signals.ts'
import { statusListParts } from './wiring/status-lists.ts'
import { wireTokenApi } from './wiring/token-api.ts'
import { type Tokens, wireTokens } from './wiring/tokens.ts'

export interface IssuerDeps {
  readonly settings: Pick<
    Settings,
    | 'issuer'
    | 'masterKey'
    | 'session'
    | 'tokens'
    | 'feed'
    | 'outgoing'
    | 'languages'
    | 'tlsClientHeader'
    | 'simplejwtClient'
  > &
    // Absent: off, and none.
    Partial<Pick<Settings, 'registration' | 'attributes' | 'dataDir' | 'signalSources'>>
  readonly store: Store
  readonly directory: Directory
  readonly clock: Clock
  /** What leases and the feed wait with. Absent: the timers of the process. */
  readonly scheduler?: Scheduler | undefined
  readonly random: Random
  readonly log?: FastifyBaseLogger | undefined
  /** PEM; absent: plain http, on loopback or behind a proxy that ends TLS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /**
   * Addresses and CIDR ranges whose `X-Forwarded-For` tells who called, to the log and to the counters of guesses, and whose
   * `settings.tlsClientHeader` tells which certificate a client has shown. Their other headers tell nobody anything.
   */
  readonly trustedProxies?: readonly string[] | undefined
  /** What the operator adds to answers of the JSON API; absent: nothing. */
  readonly tokenResponse?: TokenResponseHook | undefined
}

export interface Issuer {
  readonly app: FastifyInstance
  readonly end: End
  /** Tells an end that was noted with a change of the directory. */
  readonly tell: TellEnd
  /** Who is connected to this process, and what they have applied. */
  readonly verifiers: FeedHub['verifiers']
}

/** Builds the issuer; nothing listens yet. Closing it leaves store and directory open: they are the caller's. */
export async function buildIssuer(given: IssuerDeps): Promise<Issuer> {
  const deps = { ...given, directory: attributedRecords(given.directory) }
  const app = await createServer(deps)
  const { log } = app
  requestScope(app)
  const refusals = ownRefusals(app, deps.clock)
  const own = ownRoutes(app)
  const keys = await wireKeys(deps)
  const feeding = wireFeed({ ...deps, ...keys, log })
  const request = guardedRequest({ allow: deps.settings.outgoing.allow })
  const ending = wireEnding({ ...deps, ...keys, ...feeding, request, log })
  const keyLife = wireKeyLife({ ...deps, ...keys, ...feeding, ...ending, log })
  const receipts = wireReceipts({ ...deps, ...feeding, end: keyLife.endAsAdmin, log })
  const tokens = await wireTokens({ ...deps, ...keys, ...feeding, ...ending, log })
  const callers = wireCallers({ ...deps, ...keys, ...tokens, request, log })
  const signals = wireSignals({ ...deps, ...keys, ...feeding, request, log })
  const people = wirePeople({ ...deps, ...keys, log })
  await app.register(pages(deps, keys, ending, tokens, callers, people))
  await app.register(programs(deps, keys, feeding, ending, tokens, callers))
  await app.register(sessionPages({ ...deps, ...feeding, ...tokens, ...callers }))
  await app.register(wireTokenApi({ ...deps, ...ending, ...tokens, ...callers, ...people }))
  await app.register(receivers({ ...deps, ...callers, ...signals }))
  await app.register(registration({ ...deps.settings, ...deps, ...ending, ...callers }))
  await app.register(
    adminApi({
      ...deps,
      keys,
      keyLife,
      feeding,
      ending,
      receipts,
      callers,
      people,
      signals,
      refusals,
    }),
  )
  await app.register(scim({ ...deps, ending, tokens, callers, people }))
  let unfollow = () => {}
  const keeper = housekeeping({ ...deps, ...feeding, log })

  app.addHook('onReady', async () => {
    await publishOwnRoutes(own, { ...deps.settings, services: deps.directory.services })
    unfollow = feeding.delivery.follow()
    feeding.openers.start()
    await feeding.tail.start()
    await feeding.lease.beat()
    feeding.lease.start()
    feeding.hub.start()
    feeding.openerWatch.start()
    receipts.reporter.start()
    receipts.canary.start()
    keeper.start()
    keyLife.keeper.start()
    ending.start()
    signals.start()
  })
  app.addHook('preClose', async () => feeding.hub.close())
  app.addHook('onClose', async () => {
    keeper.stop()
    keyLife.keeper.stop()
    unfollow()
    feeding.openers.stop()
    feeding.openerWatch.stop()
    feeding.lease.stop()
    feeding.tail.stop()
    await people.refused.stop()
    await ending.stop()
    await signals.stop()
    receipts.canary.stop()
    receipts.tracker.close()
    await receipts.reporter.stop()
  })
  return { app, end: ending.end, tell: ending.tell, verifiers: feeding.hub.verifiers }
}

/** What people see. */
function pages(
  deps: IssuerDeps,
  keys: Keys,
  ending: Ending,
  tokens: Tokens,
  callers: Callers,
  people: People,
) {
  const { settings, directory } = deps
  const { issuer } = settings
  const locale = pageLocale(settings.languages)
  const shared = {
    ...deps,
    issuer,
    locale,
    clients: directory.clients,
    users: directory.users,
    services: directory.services,
    consents: directory.consents,
    audit: directory.audit,
    effectiveParameters: effectiveParameters(callers),
    pushed: callers.pushed,
    acrValues: ACR_VALUES,
    proofs: stepProofs({ macKey: keys.stepMac, clock: deps.clock }),
    passwordSteps: passwordSteps({ macKey: keys.passwordStepMac, clock: deps.clock }),
    newPasswordSteps: newPasswordSteps({ macKey: keys.newPasswordMac, clock: deps.clock }),
    hints: callers.hints,
    csrf: csrf({ macKey: keys.csrfMac, random: deps.random, origin: issuer }),
    signedOut: signedOutCookie({ macKey: keys.signedOutMac, clock: deps.clock }),
    leaseMs: settings.feed.leaseMs,
    end: ending.end,
    endingChange: ending.endingChange,
    idleSeconds: settings.session.idleSeconds,
    codeSeconds: settings.tokens.codeSeconds,
    lifetimes: settings.session,
    ...people,
    ...tokens,
  }
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler(sendPageError({ issuer, locale }))
    emptyForm(app)
    await app.register(authorize(shared))
    await app.register(signIn(shared))
    await app.register(signInCode(shared))
    await app.register(newPassword(shared))
    await app.register(selectAccount(shared))
    await app.register(consent(shared))
    await app.register(logout(shared))
    await app.register(logoutStatus(shared))
    await app.register(devicePages(shared))
    await app.register(home(shared))
    await app.register(withdraw(shared))
    await app.register(errorCodes(shared))
    await app.register(oneTimeCode(shared))
  }
}

/** What programs call. */
function programs(
  deps: IssuerDeps,
  keys: Keys,
  feeding: Feeding,
  ending: Ending,
  tokens: Tokens,
  callers: Callers,
) {
  const { settings, store, directory } = deps
  const shared = {
    ...deps,
    ...tokens,
    ...callers,
    users: directory.users,
    end: ending.end,
    endingChange: ending.endingChange,
  }
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler(sendOAuthError)
    emptyForm(app)
    cors(app, { origins: corsOrigins(shared) })
    await app.register(token(shared))
    await app.register(pushRequest(shared))
    await app.register(deviceAuthorization(shared))
    await app.register(revoke(shared))
    await app.register(introspect(shared))
    await app.register(userinfo(shared))
    await app.register(discovery({ ...settings, grantTypes: [...tokens.grants.keys()] }))
    await app.register(jwks({ keys: keys.ring }))
    await app.register(statusList(statusListParts(deps, keys, feeding)))
    await app.register(globalRevocation(shared))
    await app.register(incomingSignals(shared))
    const { leaseMs } = settings.feed
    const { scheduler = systemScheduler } = deps
    const { clients } = feeding.openers
    const feeds = { ...shared, clients, hub: feeding.hub, oneTime: store.oneTime }
    await app.register(feed(feeds))
    await app.register(feedPoll({ ...feeds, scheduler, leaseMs }))
    const parts = { store: () => store.ping(), directory: () => directory.ping() }
    await app.register(health({ parts, directory: directory.engine }))
    await app.register(probe({ ...deps, passes: keys.probePasses }))
  }
}
