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
import { type Check, failed, passed } from './explanation.ts'
import { bindingCheck, type Explanation, explanationOf, NOTHING_PROVEN } from './explanation-of.ts'
import { currentCheck, leaseCheck } from './lease-check.ts'
import { type RightCheckDeps, rightCheck } from './right-check.ts'
import { type AskedRequest, routeCheck } from './route-check.ts'
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

export interface ExplainedRequest extends AskedRequest {
  readonly token: string
  readonly service: StoredService
}

/** Verifiers that left longer ago are forgotten. */
const KEEP_SECONDS = 3600

export async function explainRequest(
  asked: ExplainedRequest,
  deps: ExplainDeps,
): Promise<Explanation> {
  const { service } = asked
  const catalogue = await deps.directory.services.catalogue(service.audience)
  const routed = routeCheck(catalogue, asked)
  const { route, check } = routed
  if (route?.public) return explanationOf(routed, [check])
  const { verifiers } = await deps.known.all(KEEP_SECONDS)
  const own = verifiers.filter(({ audience }) => audience === service.audience)
  const lease = leaseOf(service, own, deps)
  const now = nowSeconds(deps.clock)
  const keys = deps.keys.livingKeys(service)
  const read = tokenChecks(asked.token, {
    issuer: deps.issuer,
    audience: service.audience,
    keys,
    now,
  })
  const { proven } = read
  const rest = proven ? await livingChecks(proven, own, route, now, deps) : NOTHING_PROVEN
  return explanationOf(routed, [check, lease, ...read.checks, ...rest], proven)
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

/** A pairwise subject cannot be reversed: the session knows whose it is. */
async function personBehind(
  { sub, sid = '' }: AccessTokenClaims,
  { sessions, clock }: ExplainDeps,
): Promise<string | undefined> {
  if (!isPairwiseSubject(sub)) return sub
  if (partitionOfSession(sid) === undefined) return undefined
  return (await sessions.find(sid, nowSeconds(clock)))?.session.sub
}
