/** The admin API: its routes by what they are about (services/issuer/src/admin/README.md). */
import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { adminAudit } from '../admin/audit.ts'
import { adminClientState } from '../admin/client-state.ts'
import { adminClients } from '../admin/clients/clients.ts'
import { adminDeliveries } from '../admin/deliveries.ts'
import { adminDoctor } from '../admin/doctor.ts'
import { adminEnds } from '../admin/ends.ts'
import { MERGE_PATCH } from '../admin/framework/merge-patch.ts'
import { pages } from '../admin/framework/pages.ts'
import { adminGroupChanges } from '../admin/group-changes.ts'
import { adminGroupMembers } from '../admin/group-members.ts'
import { adminGroups } from '../admin/groups.ts'
import { guardAdmin } from '../admin/guard.ts'
import { adminKeys } from '../admin/keys.ts'
import { adminMetrics } from '../admin/metrics.ts'
import { adminOpenApi } from '../admin/openapi.ts'
import { refuseMoreThanOwn } from '../admin/own-rights.ts'
import { recordedChange } from '../admin/recorded-change.ts'
import { adminRegistrationTokens } from '../admin/registration-tokens.ts'
import { rightsChange } from '../admin/rights-change.ts'
import { adminRoleChanges } from '../admin/role-changes.ts'
import { adminRoles } from '../admin/roles.ts'
import { adminServiceState } from '../admin/service-state.ts'
import { adminServiceRoutes } from '../admin/services/service-routes.ts'
import { adminServices } from '../admin/services/services.ts'
import { adminSessions } from '../admin/sessions.ts'
import { adminSettings } from '../admin/settings.ts'
import { adminStreams } from '../admin/streams.ts'
import { adminUserChange } from '../admin/user-change.ts'
import { adminUserCreation } from '../admin/user-creation.ts'
import { adminUserEffective } from '../admin/user-effective.ts'
import { adminUserRemoval } from '../admin/user-removal.ts'
import { adminUserSessions } from '../admin/user-sessions.ts'
import { adminUserState } from '../admin/user-state.ts'
import { adminUsers } from '../admin/users.ts'
import { adminVerifiers } from '../admin/verifiers.ts'
import type { IssuerDeps } from '../app.ts'
import { auditEvidence } from '../audit/audit-evidence.ts'
import { adminCluster } from '../cluster/cluster-routes.ts'
import { explainRoute } from '../explain/explain-route.ts'
import type { OwnRefusals } from '../explain/own-refusals.ts'
import { refusedExchange } from '../explain/refused-exchange.ts'
import { type RefusedFindingsDeps, refusedHere } from '../explain/refused-findings.ts'
import { refusedRoute } from '../explain/refused-route.ts'
import { jsonBody } from '../http/json-body.ts'
import { importUsers } from '../import/import-users.ts'
import { catalogueBook } from '../rights/catalogue-book.ts'
import type { Callers } from './callers.ts'
import type { Ending } from './ending.ts'
import type { Feeding } from './feed.ts'
import type { KeyLife } from './key-life.ts'
import type { Keys } from './keys.ts'
import type { People } from './people.ts'
import type { Receipts } from './receipts.ts'
import type { Signals } from './signals.ts'

export interface AdminApiDeps {
  readonly settings: IssuerDeps['settings']
  readonly store: Store
  readonly directory: Directory
  readonly clock: Clock
  readonly random: Random
  readonly keys: Keys
  readonly keyLife: KeyLife
  readonly feeding: Feeding
  readonly ending: Ending
  readonly receipts: Receipts
  readonly callers: Callers
  readonly people: People
  readonly signals: Signals
  readonly refusals: OwnRefusals
}

/** What administrators call, closed by the issuer's own tokens. */
export function adminApi(deps: AdminApiDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    jsonBody(app, ['application/json', MERGE_PATCH])
    const routes = guardAdmin(app, { ...deps, ...deps.keys, ...deps.callers })
    const shared = sharedParts(deps)
    await registerPeople(app, shared)
    await registerClients(app, shared)
    await registerOperation(app, shared, deps)
    await app.register(adminOpenApi({ issuer: shared.issuer, routes }))
  }
}

function sharedParts(deps: AdminApiDeps) {
  const { settings, store, directory, clock, random, keys, feeding, ending } = deps
  const { issuer } = settings
  const recorded = recordedChange({ ...ending, clock })
  return {
    issuer,
    settings,
    store,
    directory,
    clock,
    random,
    tell: ending.tell,
    recorded,
    pages: pages({ macKey: keys.cursorMac }),
    refuseMoreThanOwn: refuseMoreThanOwn({ issuer, clock }),
    rightsChange: rightsChange({ issuer, recorded }),
    users: directory.users,
    registrationTokens: directory.registrationTokens,
    codes: deps.people.codes,
    leaseMs: settings.feed.leaseMs,
    accessTokenSeconds: settings.tokens.accessSeconds,
    hub: feeding.hub,
    openerWatch: feeding.openerWatch,
    services: keys.services,
    probePasses: keys.probePasses,
    planKey: keys.planKey,
    dataDir: settings.dataDir,
    ...deps.keyLife,
  }
}

type Shared = ReturnType<typeof sharedParts>

async function registerPeople(app: FastifyInstance, shared: Shared): Promise<void> {
  await app.register(adminUsers(shared))
  await app.register(adminUserCreation(shared))
  await app.register(importUsers(shared))
  await app.register(adminUserChange(shared))
  await app.register(adminUserState(shared))
  await app.register(adminUserRemoval(shared))
  await app.register(adminUserSessions(shared))
  await app.register(adminUserEffective(shared))
  await app.register(adminGroups(shared))
  await app.register(adminGroupChanges(shared))
  await app.register(adminGroupMembers(shared))
  await app.register(adminRoles(shared))
  await app.register(adminRoleChanges(shared))
}

async function registerClients(app: FastifyInstance, shared: Shared): Promise<void> {
  await app.register(adminClientState(shared))
  await app.register(adminClients(shared))
  await app.register(adminServiceState(shared))
  await app.register(adminServices(shared))
  await app.register(adminRegistrationTokens(shared))
}

async function registerOperation(
  app: FastifyInstance,
  shared: Shared,
  { directory, store, receipts, feeding, ending, signals, refusals }: AdminApiDeps,
): Promise<void> {
  const { clients, services, streams } = directory
  await app.register(adminSessions(shared))
  await app.register(adminEnds({ ...shared, ...receipts, clients, services }))
  await app.register(adminVerifiers({ ...shared, ...receipts, ...feeding }))
  await app.register(adminServiceRoutes({ ...shared, ...receipts }))
  await app.register(adminMetrics({ ...shared, ...receipts, ...feeding, ends: ending.ends }))
  await app.register(adminDeliveries(shared))
  const queues = { ...signals.signalling, signals: store.signals }
  await app.register(adminStreams({ ...shared, ...queues, streams, clients }))
  await app.register(adminKeys(shared))
  await app.register(adminAudit(shared))
  await app.register(auditEvidence(shared))
  await app.register(adminSettings(shared))
  await app.register(adminDoctor(shared))
  await app.register(adminCluster(shared))
  const explaining = {
    ...{ ...shared, ...feeding, known: receipts.known, sessions: store.sessions },
    ...{ keys: shared.services, catalogues: catalogueBook(services) },
  }
  await app.register(explainRoute(explaining))
  await app.register(refusedRoute(answeringRefused(app, { ...explaining, ...receipts, refusals })))
}

/** This process answers the others as long as it runs. */
function answeringRefused<
  T extends RefusedFindingsDeps & Pick<Receipts, 'process' | 'scheduler'> & Shared,
>(app: FastifyInstance, parts: T) {
  const find = refusedHere(parts)
  const exchange = refusedExchange({ ...parts, documents: parts.store.documents, find })
  app.addHook('onReady', async () => exchange.start())
  app.addHook('onClose', async () => exchange.stop())
  return { ...parts, find, exchange }
}
