/** POST /admin/v1/cluster/plan and /apply, GET /admin/v1/cluster/export: docs/operate/cluster-file.md. */
import type { KeyObject } from 'node:crypto'
import { applyDeclared, type Directory, planDeclared } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { actorOf } from '../admin/actor.ts'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { ADMIN_ONLY, EVERY_ROLE } from '../admin/framework/shipped-roles.ts'
import type { RefuseMoreThanOwn } from '../admin/own-rights.ts'
import { publishDeclared } from '../declare.ts'
import { declaredEnds } from '../ending/declared-ends.ts'
import type { TellEnd } from '../ending/tell-end.ts'
import { guardApply, guardPlan } from './apply-guard.ts'
import { builtIn, refuseBuiltIn } from './built-in.ts'
import { exportCluster } from './export-cluster.ts'
import { inFileNames } from './file-names.ts'
import { CLUSTER_LIMITS } from './limits.ts'
import { PlanAnswer, planAnswer } from './plan-answer.ts'
import { type ClusterDocument, readCluster } from './read-cluster.ts'

export interface ClusterDeps {
  readonly issuer: string
  readonly directory: Directory
  readonly clock: Clock
  readonly tell: TellEnd
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
  readonly accessTokenSeconds: number
  /** What digests of plans are made with; derived for this purpose alone. */
  readonly planKey: KeyObject
}

/** Looked at by the reader of the settings, which names the place and what was probably meant. */
const Entries = Type.Array(Type.Record(Type.String(), Type.Unknown()))

const Cluster = closedObject(
  {
    services: Type.Optional(Entries),
    clients: Type.Optional(Entries),
    roles: Type.Optional(Entries),
    groups: Type.Optional(Entries),
    users: Type.Optional(Entries),
  },
  'Cluster',
)

const FILE = {
  file: Type.String({
    minLength: 1,
    maxLength: CLUSTER_LIMITS.fileNameChars,
    pattern: '^[^/\\\\\\p{C}]+$',
    description: 'Name of the file without its folder: what is declared belongs to it.',
  }),
  cluster: Cluster,
}

const Applied = closedObject(
  {
    created: Type.Integer(),
    updated: Type.Integer(),
    removed: Type.Integer(),
    unchanged: Type.Integer(),
  },
  'ClusterApplied',
)

export function adminCluster(deps: ClusterDeps) {
  return adminRoutes(planRoute(deps), applyRoute(deps), exportRoute(deps))
}

const planRoute = (deps: ClusterDeps) =>
  adminRoute({
    method: 'POST',
    path: '/cluster/plan',
    summary: 'Tells what a cluster file would change',
    roles: ADMIN_ONLY,
    body: closedObject(FILE, 'ClusterPlanRequest'),
    bodyLimit: CLUSTER_LIMITS.bytes,
    answers: { 200: PlanAnswer },
    handle: async ({ body }) => planAnswer(await plan(body, deps)),
  })

async function plan(
  { file, cluster }: { file: string; cluster: ClusterDocument },
  deps: ClusterDeps,
) {
  const declared = readDeclaration(cluster, deps)
  const guard = guardPlan(deps)
  const options = { now: nowSeconds(deps.clock), file, givesUp: true, guard, key: deps.planKey }
  return await inFileNames(() => planDeclared(deps.directory, declared, options))
}

const applyRoute = (deps: ClusterDeps) =>
  adminRoute({
    method: 'POST',
    path: '/cluster/apply',
    summary: 'Makes the directory what a cluster file says, all of it or nothing',
    roles: ADMIN_ONLY,
    body: closedObject(
      {
        ...FILE,
        digest: Type.String({ maxLength: 64, description: 'Of the plan that was looked at.' }),
      },
      'ClusterApplyRequest',
    ),
    bodyLimit: CLUSTER_LIMITS.bytes,
    answers: { 200: Applied },
    handle: async (request) => await apply(request.body, request, deps),
  })

async function apply(
  { file, cluster, digest }: { file: string; cluster: ClusterDocument; digest: string },
  request: FastifyRequest,
  deps: ClusterDeps,
): Promise<Static<typeof Applied>> {
  const declared = readDeclaration(cluster, deps)
  const now = nowSeconds(deps.clock)
  const actor = actorOf(request)
  const ends = declaredEnds(deps.clock, actor)
  const guard = guardApply({ ...deps, request, file, now })
  const applied = await inFileNames(() =>
    applyDeclared(deps.directory, declared, {
      ...{ now, actor, file, givesUp: true, guard, also: ends.note },
      plan: { digest, key: deps.planKey },
    }),
  )
  // First the state, then the ends: whoever reads the log position after an end sees the new state.
  await publishDeclared({ untold: ends.untold() }, deps.tell)
  return {
    created: applied.created.length,
    updated: applied.updated.length,
    removed: applied.removed.length,
    unchanged: applied.unchanged.length,
  }
}

const exportRoute = (deps: ClusterDeps) =>
  adminRoute({
    method: 'GET',
    path: '/cluster/export',
    summary: 'Tells everything that a cluster file may declare, without secrets',
    roles: EVERY_ROLE,
    query: { users: Type.Optional(Type.Enum(['yes', 'no'])) },
    answers: { 200: Cluster },
    handle: async ({ query }) =>
      await exportCluster(deps.directory, {
        builtIn: builtIn(deps.issuer),
        withUsers: query.users !== 'no',
      }),
  })

function readDeclaration(cluster: ClusterDocument, { issuer, accessTokenSeconds }: ClusterDeps) {
  const declared = readCluster(cluster, accessTokenSeconds)
  refuseBuiltIn(declared, builtIn(issuer))
  return declared
}
