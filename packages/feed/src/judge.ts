/** Which entry kills a token: docs/architecture.md. */
import type { AccessTokenClaims, EntryKind } from '@latchkey/protocol'
import type { Fingerprint } from './fingerprint.ts'
import type { MarkTable } from './mark-table.ts'
import type { Partition } from './partition.ts'
import { firstKilling, isAhead } from './place.ts'

/** `live`, `ahead` (this replica is behind the token), or the kind of the entry that killed it. */
export type Verdict = 'live' | 'ahead' | Exclude<EntryKind, 'none'>

/** The claims that entries are matched with. */
export type JudgedClaims = Pick<
  AccessTokenClaims,
  'sub' | 'aud' | 'client_id' | 'jti' | 'rev' | 'sid' | 'act'
>

/** Identity needs no comparison, so it is looked for in every partition: nothing rests on which log an issuer chose. */
export function judgeByIdentity(
  partitions: readonly Partition[],
  claims: JudgedClaims,
  print: Fingerprint,
): Verdict | undefined {
  for (const { marks } of partitions) {
    if (offsetOf(marks.token, claims.jti, print) >= 0) return 'token'
    if (claims.sid !== undefined && offsetOf(marks.session, claims.sid, print) >= 0) {
      return 'session'
    }
  }
  return undefined
}

/** Entries that end everything older than themselves. They stand in the partition that the token's `rev` names. */
export function judgeByPosition(
  home: Partition | undefined,
  claims: JudgedClaims,
  print: Fingerprint,
): Verdict {
  if (!home || isAhead(claims.rev, home.position)) return 'ahead'
  const { marks } = home
  const first = firstKilling(claims.rev, home.position)
  if (isKilled(marks.user, claims.sub, first, print)) return 'user'
  if (isKilled(marks.client, claims.client_id, first, print)) return 'client'
  const actor = claims.act && actingClient(claims.act.sub)
  if (actor !== undefined && isKilled(marks.client, actor, first, print)) return 'client'
  if (isKilled(marks.service, claims.aud, first, print)) return 'service'
  if (home.all >= first) return 'all'
  if (isKilled(marks.stale, claims.sub, first, print)) return 'stale'
  return isKilled(marks.stale, claims.aud, first, print) ? 'stale' : 'live'
}

/** Most tokens were signed after everything in a table, and then nobody's name has to be looked for. */
function isKilled(table: MarkTable, name: string, first: number, print: Fingerprint): boolean {
  return table.newest >= first && offsetOf(table, name, print) >= first
}

/** The client behind `svc:<client_id>`; undefined when a person acts. Only the outermost actor counts (RFC 8693 section 4.1). */
export function actingClient(actorSubject: string): string | undefined {
  return actorSubject.startsWith('svc:') ? actorSubject.slice(4) : undefined
}

/** Most tables are empty most of the time, and looking into one costs the fingerprint of the name. */
function offsetOf(table: MarkTable, name: string, print: Fingerprint): number {
  if (table.size === 0) return -1
  print.take(name)
  return table.offsetOf(print)
}
