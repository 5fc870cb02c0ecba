/** Which entry kills a token: docs/architecture.md. */
import type { AccessTokenClaims, EntryKind } from '@latchkey/protocol'
import type { MarkTable, Partition } from './partition.ts'
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
  kid: string,
): Verdict | undefined {
  for (const { marks } of partitions) {
    if (names(marks.token, claims.jti)) return 'token'
    if (claims.sid !== undefined && names(marks.session, claims.sid)) return 'session'
    if (names(marks.key, kid)) return 'key'
  }
  return undefined
}

/** Entries that end everything older than themselves. They stand in the partition that the token's `rev` names. */
export function judgeByPosition(home: Partition | undefined, claims: JudgedClaims): Verdict {
  if (!home || isAhead(claims.rev, home.position)) return 'ahead'
  const { marks } = home
  const first = firstKilling(claims.rev, home.position)
  if (reaches(marks.user, claims.sub, first)) return 'user'
  if (reaches(marks.client, claims.client_id, first)) return 'client'
  const actor = claims.act && actingClient(claims.act.sub)
  if (actor !== undefined && reaches(marks.client, actor, first)) return 'client'
  if (reaches(marks.service, claims.aud, first)) return 'service'
  if (home.all >= first) return 'all'
  if (reaches(marks.stale, claims.sub, first)) return 'stale'
  return reaches(marks.stale, claims.aud, first) ? 'stale' : 'live'
}

/** The client behind `svc:<client_id>`; undefined when a person acts. Only the outermost actor counts (RFC 8693 section 4.1). */
export function actingClient(actorSubject: string): string | undefined {
  return actorSubject.startsWith('svc:') ? actorSubject.slice(4) : undefined
}

/** Most tables are empty most of the time, and looking into one costs the hash of a text that was never hashed before. */
function names(table: MarkTable, value: string): boolean {
  return table.size > 0 && table.has(value)
}

function reaches(table: MarkTable, value: string, first: number): boolean {
  if (table.size === 0) return false
  const mark = table.get(value)
  return mark !== undefined && mark.offset >= first
}
