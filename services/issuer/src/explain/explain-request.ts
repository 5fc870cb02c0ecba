/** What a service answers a request with this token, and which check decides: the code that decides, asked one check after the other. */
import type { CatalogueRoute, Directory, StoredService } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  type Clock,
  isPairwiseSubject,
  nowSeconds,
  partitionOfSession,
} from '@latchkey/protocol'
import type { SessionStore, VerifierPresence } from '@latchkey/store'
import type { LeaseClock } from '../feed/lease-clock.ts'
import type { ServiceKeys } from '../keys/service-keys.ts'
import type { KnownVerifiers } from '../receipts/known-verifiers.ts'
import { type EndedCheckDeps, endedCheck } from './ended-check.ts'
import {
  type Check,
  type CheckName,
  type Decision,
  decisionOf,
  failed,
  passed,
  unknown,
} from './explanation.ts'
import { currentCheck, leaseCheck } from './lease-check.ts'
import { matchRoute } from './match-route.ts'
import { type RightCheckDeps, rightCheck } from './right-check.ts'
import { type ProvenToken, tokenChecks } from './token-checks.ts'

export interface ExplainDeps extends EndedCheckDeps, RightCheckDeps {
  readonly issuer: string
  readonly directory: Pick<
    Directory,
    'services' | 'users' | 'clients' | 'groups' | 'roles' | 'audit'
  >
  readonly sessions: Pick<SessionStore, 'find'>
  readonly keys: Pick<ServiceKeys, 'livingKeys'>
  readonly known: Pick<KnownVerifiers, 'all'>
  readonly lease: Pick<LeaseClock, 'confirmed'>
  readonly leaseMs: number
  readonly clock: Clock
}

export interface ExplainedRequest {
  readonly token: string
  readonly method: string
  /** Without a query. */
  readonly path: string
  readonly service: StoredService
}

export interface Explanation extends Decision {
  readonly route?: string
  /** Of a token whose signature is good. */
  readonly token?: AccessTokenClaims
  readonly kid?: string
  readonly checks: readonly Check[]
}

/** Verifiers that left longer ago are forgotten. */
const KEEP_SECONDS = 3600
const OF_THE_TOKEN: readonly CheckName[] = ['ended', 'current', 'binding', 'right']

export async function explainRequest(
  asked: ExplainedRequest,
  deps: ExplainDeps,
): Promise<Explanation> {
  const { service } = asked
  const catalogue = await deps.directory.services.catalogue(service.audience)
  const { route, check } = routeCheck(catalogue, asked)
  const pattern = route && { route: `${route.method} ${route.pattern}` }
  if (route?.public) return { ...pattern, ...decisionOf([check]), checks: [check] }
  const { verifiers } = await deps.known.all(KEEP_SECONDS)
  const own = verifiers.filter(({ audience }) => audience === service.audience)
  const lease = leaseOf(service, own, deps)
  const now = nowSeconds(deps.clock)
  const keys = deps.keys.livingKeys(service)
  const read = tokenChecks(asked.token, { issuer: deps.issuer, service, keys, now })
  const { proven } = read
  const rest = proven
    ? await livingChecks(proven, own, route, now, deps)
    : OF_THE_TOKEN.map((name): Check => ({ check: name, outcome: 'not_reached' }))
  const checks = [check, lease, ...read.checks, ...rest]
  return {
    ...pattern,
    ...(proven && { token: proven.claims, kid: proven.kid }),
    ...decisionOf(checks),
    checks,
  }
}

function routeCheck(
  catalogue: readonly CatalogueRoute[],
  { method, path }: ExplainedRequest,
): { readonly route?: CatalogueRoute; readonly check: Check } {
  // A service in another language may publish nothing; then its grants are compared with what it asks about.
  if (catalogue.length === 0) {
    const route = { method, pattern: path, number: Number.POSITIVE_INFINITY, current: true }
    return { route, check: unknown('route', 'no_catalogue') }
  }
  const match = matchRoute(catalogue, method, path)
  const textOf = (route: CatalogueRoute) => `${route.method} ${route.pattern}`
  const perhaps = match.perhaps.length > 0 && { perhaps: match.perhaps.map(textOf) }
  if (match.kind === 'unmatched') {
    const detail = { methods: match.methods, ...perhaps }
    if (perhaps) return { check: unknown('route', 'expression', detail) }
    return { check: failed('route', 'not_found', detail) }
  }
  const { route, others } = match
  const detail = {
    route: textOf(route),
    public: route.public === true,
    ...(others.length > 0 && { others: others.map(textOf) }),
    ...perhaps,
  }
  return {
    route,
    check: perhaps ? unknown('route', 'expression', detail) : passed('route', detail),
  }
}

/** The issuer has its own copy of the log instead of a verifier, and answers this very request. */
function leaseOf(
  service: StoredService,
  verifiers: readonly VerifierPresence[],
  { issuer, lease, leaseMs, clock }: ExplainDeps,
): Check {
  if (service.audience === issuer) return passed('lease')
  const confirmed = lease.confirmed()
  const isConfirmed = !!confirmed && clock.monotonicMs() - confirmed.begunAtMs < leaseMs
  const isDisabled = service.disabled
  return leaseCheck({ verifiers, isConfirmed, isDisabled, leaseMs, now: nowSeconds(clock) })
}

async function livingChecks(
  proven: ProvenToken,
  verifiers: readonly VerifierPresence[],
  route: CatalogueRoute | undefined,
  now: number,
  deps: ExplainDeps,
): Promise<Check[]> {
  const { claims, kid } = proven
  const subject = await personBehind(claims, deps)
  const ended =
    subject === undefined
      ? failed('ended', 'session_ended')
      : await endedCheck({ claims: { ...claims, sub: subject }, kid }, verifiers, deps)
  const current =
    ended.reason === 'ahead' ? failed('current', 'ahead') : currentCheck(verifiers, claims.rev)
  const right: Check =
    route === undefined || subject === undefined
      ? { check: 'right', outcome: 'not_reached' }
      : await rightCheck({ claims, subject, route, now }, deps)
  return [ended, current, bindingCheck(claims), right]
}

/** Only who holds the key can prove it, with each request anew. */
function bindingCheck({ cnf }: AccessTokenClaims): Check {
  return cnf === undefined ? passed('binding') : unknown('binding', 'proof_needed')
}

/** A pairwise subject cannot be reversed: the session knows whose it is. */
async function personBehind(
  { sub, sid = '' }: AccessTokenClaims,
  { sessions, clock }: ExplainDeps,
): Promise<string | undefined> {
  if (!isPairwiseSubject(sub)) return sub
  if (partitionOfSession(sid) === undefined) return undefined
  return (await sessions.find(sid, nowSeconds(clock)))?.session.sub
}
