/** Which entry of the revocation log ended a token, who wrote it and why, and which verifiers have it: docs/architecture.md. */
import type { AuditRecord, Directory } from '@latchkey/directory'
import { revocationReplica } from '@latchkey/feed'
import { type AccessTokenClaims, type LogEntry, StoreUnavailable } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import { readAuditedEnd } from '../ending/audited-end.ts'
import type { LocalRevocations } from '../feed/local-revocations.ts'
import type { LogTail } from '../feed/log-tail.ts'
import { type Check, failed, passed, unknown } from './explanation.ts'
import { hasReached, isConnected } from './lease-check.ts'
import type { ProvenToken } from './token-checks.ts'

export interface EndedCheckDeps {
  readonly revocations: Pick<LocalRevocations, 'check'>
  readonly tail: Pick<LogTail, 'living' | 'position'>
  readonly store: { readonly partitions: number }
  readonly directory: { readonly audit: Pick<Directory['audit'], 'list'> }
}

/** Of the records about one thing: an end of minutes ago is among the newest. */
const MOST_RECORDS = 50

export async function endedCheck(
  token: ProvenToken,
  verifiers: readonly VerifierPresence[],
  deps: EndedCheckDeps,
): Promise<Check> {
  const reason = await reasonOf(token, deps)
  if (reason === undefined) return passed('ended')
  if (reason === 'ahead') return unknown('ended', 'ahead')
  const entry = entryBehind(token, reason, deps)
  if (entry === undefined) return failed('ended', reason)
  const { epoch } = deps.tail.position(entry.p)
  const record = await recordOf(entry, epoch, deps)
  const has = (one: VerifierPresence) => hasReached(one, [entry.p, epoch, entry.o])
  const connected = verifiers.filter(isConnected)
  const names = (those: readonly VerifierPresence[]) => those.map(({ instance }) => instance)
  return failed('ended', reason, {
    entry: {
      kind: entry.k,
      ...(entry.v !== '' && { about: entry.v }),
      partition: entry.p,
      epoch,
      offset: entry.o,
      ...(entry.r && { reason: entry.r }),
    },
    ...(record && { by: describe(record) }),
    applied_by: names(connected.filter(has)),
    not_yet_applied_by: names(connected.filter((one) => !has(one))),
  })
}

async function reasonOf({ claims, kid }: ProvenToken, { revocations }: EndedCheckDeps) {
  try {
    return await revocations.check(claims, kid)
  } catch (error) {
    // Another process has signed it after what can be read of the log now.
    if (error instanceof StoreUnavailable) return 'ahead'
    throw error
  }
}

/** The newest entry that has the same effect alone: asked of a replica that knows nothing else. */
function entryBehind(
  { claims, kid }: ProvenToken,
  reason: string,
  { tail, store }: EndedCheckDeps,
): LogEntry | undefined {
  const kind = reason.replace(/_ended$/, '')
  const names = namesOf(claims, kid)
  for (let p = 0; p < store.partitions; p++) {
    const position = tail.position(p)
    const alone = (entry: LogEntry) => {
      const replica = revocationReplica()
      const home = { ...tail.position(claims.rev[0]), p: claims.rev[0] }
      replica.applySnapshot({ position: home, entries: [], first: true, more: false })
      replica.applySnapshot({ position, entries: [entry], first: true, more: false })
      return replica.judge(claims, kid) === kind
    }
    const found = tail
      .living(p)
      .findLast((entry) => entry.k === kind && names.has(entry.v) && alone(entry))
    if (found) return found
  }
  return undefined
}

function namesOf({ jti, sid, sub, client_id, aud, act }: AccessTokenClaims, kid: string) {
  const actor = act?.sub.replace(/^svc:/, '')
  return new Set([jti, sid, sub, client_id, aud, kid, actor, ''])
}

async function recordOf(
  entry: LogEntry,
  epoch: number,
  { directory }: EndedCheckDeps,
): Promise<AuditRecord | undefined> {
  const target = entry.k === 'all' ? 'all' : `${entry.k} ${entry.v}`
  const records = await directory.audit.list({ action: 'end', target, limit: MOST_RECORDS })
  return records.find((record) => {
    const end = readAuditedEnd(record)
    const isThere = end?.places.some(({ partition, offset }) => {
      return partition === entry.p && offset === entry.o
    })
    return isThere === true && end?.epoch === epoch
  })
}

function describe({ id, at, actor, reason }: AuditRecord) {
  return {
    record: id,
    at,
    sub: actor.sub,
    ...(actor.clientId !== undefined && { client_id: actor.clientId }),
    ...(actor.requestId !== undefined && { request_id: actor.requestId }),
    reason,
  }
}
