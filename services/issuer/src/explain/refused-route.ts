/** GET /admin/v1/refused/:request: why a request of this id was refused, by the issuer or by a service (docs/operate/explain.md). */
import type { Directory } from '@latchkey/directory'
import { type Clock, LIMITS, nowSeconds, StoreUnavailable } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import { Type } from 'typebox'
import { actorOf } from '../admin/actor.ts'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { EVERY_ROLE } from '../admin/framework/shipped-roles.ts'
import type { KnownVerifiers } from '../receipts/known-verifiers.ts'
import { ANY_PROCESS, type RefusedExchange } from './refused-exchange.ts'
import {
  type FindRefusedHere,
  mergeRefused,
  RefusedByIssuer,
  RefusedByService,
  type RefusedFindings,
} from './refused-findings.ts'

export interface RefusedRouteDeps {
  readonly directory: { readonly audit: Pick<Directory['audit'], 'append'> }
  readonly find: FindRefusedHere
  readonly exchange: Pick<RefusedExchange, 'ask'>
  /** As verifiers' presence names this process. */
  readonly process: string
  readonly known: Pick<KnownVerifiers, 'all'>
  readonly clock: Clock
}

/** As long as refusals are remembered. */
const KEEP_SECONDS = 3600
/** As `requestIds` makes them: such a one may be of a process that has no verifier. */
const OWN_ID = /^[0-9a-f]{18}\.[0-9a-z]+$/

const NotAsked = closedObject({
  service: Type.String(),
  instance: Type.String(),
  why: Type.Enum(['away', 'silent', 'other_process']),
})

const Answer = closedObject(
  {
    request: Type.String(),
    issuer: Type.Optional(RefusedByIssuer),
    services: Type.Array(RefusedByService),
    not_asked: Type.Array(NotAsked, {
      description:
        'Verifiers that said nothing: gone, too slow, or on the feed of an issuer process that said nothing.',
    }),
  },
  'RefusedRequest',
)

export function refusedRoute(deps: RefusedRouteDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/refused/:request',
      summary: 'Why a request of this id was refused, by the issuer or by services',
      roles: EVERY_ROLE,
      params: { request: Type.String({ pattern: `^[!-~]{1,${LIMITS.requestIdChars}}$` }) },
      answers: { 200: Answer },
      async handle(request) {
        const id = request.params.request
        const here = await deps.find(id)
        const { verifiers } = await deps.known.all(KEEP_SECONDS)
        const others = await askOthers(id, here, verifiers, deps)
        const found = mergeRefused([here, ...others], verifiers)
        await deps.directory.audit.append({
          at: nowSeconds(deps.clock),
          actor: actorOf(request),
          action: 'explain.refused',
          target: `request ${id}`,
          reason: 'admin',
          detail: { found: found.services.length + (found.issuer ? 1 : 0) },
        })
        return { request: id, ...found }
      },
    }),
  )
}

async function askOthers(
  id: string,
  here: RefusedFindings,
  verifiers: readonly VerifierPresence[],
  { exchange, process }: RefusedRouteDeps,
): Promise<readonly RefusedFindings[]> {
  const elsewhere = verifiers.filter((one) => one.goneAt === undefined && one.process !== process)
  const processes = new Set(elsewhere.map((one) => one.process))
  if (here.issuer === undefined && here.services.length === 0 && OWN_ID.test(id)) {
    processes.add(ANY_PROCESS)
  }
  try {
    return await exchange.ask(id, [...processes])
  } catch (error) {
    // What is known here is told; the verifiers of the others stand among those that said nothing.
    if (error instanceof StoreUnavailable) return []
    throw error
  }
}
