import { entryFacts } from '../entry-facts.ts'
import { parseFamilyId, requireFamilyId } from '../family-id.ts'
import type {
  FamilyRecord,
  FamilyStore,
  RedeemOutcome,
  Redemption,
  SessionRecord,
} from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { SqliteContext } from './context.ts'
import { FAMILY_ALIVE, type FamilyRow, familyRecord } from './family-row.ts'
import {
  NOTE_CLAIMS,
  NOTE_CLIENT,
  SESSION_ALIVE,
  type SessionRow,
  sessionRecord,
} from './session-row.ts'

type Statements = ReturnType<typeof prepare>

export function sqliteFamilies(context: SqliteContext): FamilyStore {
  const { database, read, write, writeThrough, logTable, deliveryTable } = context
  const sql = prepare(database)

  function find(familyId: string, now: number): FamilyRecord | undefined {
    const id = parseFamilyId(familyId)
    const row = id && sql.find.get({ sid: id.sid, name: id.name, now })
    return row && familyRecord(row as unknown as FamilyRow)
  }

  const findSession = (sid: string) =>
    sessionRecord(sql.session.get({ sid }) as unknown as SessionRow)

  return {
    async create(family, { epoch, offset }, now) {
      const { sid, name } = requireFamilyId(family)
      return write(() => {
        if (!sql.sessionAlive.get({ sid, now })) return false
        const { clientId } = family
        sql.makeOwnRoom.run({ sid, clientId, most: STORE_LIMITS.familiesPerClient })
        sql.makeRoom.run({ sid, most: STORE_LIMITS.familiesPerSession })
        sql.insert.run({ ...columns(family), sid, name, epoch, offset })
        const names = JSON.stringify(Object.keys(family.claims?.userinfo ?? {}))
        sql.noteClient.run({ sid, clientId })
        sql.noteClaims.run({ sid, clientId, names })
        sql.slideSession.run({ sid, idleExpiresAt: family.idleExpiresAt })
        return true
      })
    },

    async redeem(redemption) {
      const outcome = write((): Judged => {
        const rev = logTable.position()
        const family = find(redemption.familyId, redemption.now)
        if (!family) return { kind: 'dead' }
        const kind = judge(family, redemption)
        if (kind === 'foreign' || kind === 'key_differs') return { kind }
        if (kind === 'reused') return { kind, family, session: findSession(family.sid) }
        if (kind === 'replayed') return { kind, family, rev }
        const rotatedBefore = family.rotatedAt
        return { kind, family: rotate(sql, family, redemption), rev, rotatedBefore }
      })
      if (outcome.kind !== 'reused') return outcome
      // Still the same step: nothing else runs in between, and ends are written through.
      const { family, session } = outcome
      const ended = writeThrough(() => {
        sql.endSession.run(family.sid)
        const { entryExpiresAt, now } = redemption
        const { sid, sub } = family
        const reason = 'refresh_reused'
        const facts = entryFacts(
          { kind: 'session', sid },
          { value: sid, sub },
          { reason, entryExpiresAt },
        )
        const entry = logTable.append(facts)
        deliveryTable.add(session, entryExpiresAt, now)
        return { entry, epoch: logTable.position().epoch }
      })
      context.tellWatchers()
      return { kind: 'reused', family, session, ...ended }
    },

    async restore(familyId, { generation, rotatedBefore }) {
      const id = parseFamilyId(familyId)
      if (!id) return
      const { sid, name } = id
      write(() => sql.restore.run({ sid, name, generation, rotatedBefore }))
    },

    list: async (sid, now) =>
      read(() =>
        sql.list.all({ sid, now }).map((row) => familyRecord(row as unknown as FamilyRow)),
      ),

    peek: async (familyId, now) =>
      read(() => {
        const rev = logTable.position()
        const family = find(familyId, now)
        return family && { family, rev }
      }),
  }
}

/** An outcome before the session of a reused family has been ended. */
type Judged =
  | Exclude<RedeemOutcome, { kind: 'reused' }>
  | { readonly kind: 'reused'; readonly family: FamilyRecord; readonly session: SessionRecord }

/** RFC 9700 section 4.14.2, for a living family. */
function judge(family: FamilyRecord, given: Redemption): Exclude<Judged['kind'], 'dead'> {
  if (given.clientId !== family.clientId) return 'foreign'
  if (family.dpopJkt !== undefined && family.dpopJkt !== given.dpopJkt) return 'key_differs'
  // A generation newer than the record: the store lost writes, and the record moves forward.
  if (given.generation >= family.generation) return 'rotated'
  const justReplaced = given.generation === family.generation - 1
  const inGrace = given.now - family.rotatedAt < given.graceSeconds
  return justReplaced && inGrace ? 'replayed' : 'reused'
}

function rotate(sql: Statements, family: FamilyRecord, given: Redemption): FamilyRecord {
  const rotated: FamilyRecord = {
    ...family,
    generation: given.generation + 1,
    rotatedAt: given.now,
    idleExpiresAt: Math.min(given.idleExpiresAt, family.absoluteExpiresAt),
  }
  const { generation, rotatedAt, idleExpiresAt, sid } = rotated
  const name = family.familyId.slice(sid.length + 1)
  sql.rotate.run({ sid, name, generation, rotatedAt, idleExpiresAt })
  sql.slideSession.run({ sid, idleExpiresAt })
  return rotated
}

function columns(family: FamilyRecord) {
  const { clientId, scope, audience, generation, rotatedAt, authTime, acr } = family
  const { absoluteExpiresAt } = family
  const idleExpiresAt = Math.min(family.idleExpiresAt, absoluteExpiresAt)
  const amr = JSON.stringify(family.amr)
  const json = (asked: unknown) => (asked === undefined ? null : JSON.stringify(asked))
  return {
    ...{ clientId, scope, audience, generation, rotatedAt, authTime, acr, amr },
    ...{ idleExpiresAt, absoluteExpiresAt },
    claims: json(family.claims),
    details: json(family.details),
    dpopJkt: family.dpopJkt ?? null,
  }
}

function prepare(database: SqliteContext['database']) {
  return {
    find: database.prepare(`
      SELECT families.*, sessions.sub FROM families JOIN sessions USING (sid)
      WHERE families.sid = $sid AND name = $name AND ${SESSION_ALIVE} AND ${FAMILY_ALIVE}`),
    list: database.prepare(`
      SELECT families.*, sessions.sub FROM families JOIN sessions USING (sid)
      WHERE families.sid = $sid AND ${SESSION_ALIVE} AND ${FAMILY_ALIVE} ORDER BY rotated_at DESC`),
    sessionAlive: database.prepare(`SELECT 1 FROM sessions WHERE sid = $sid AND ${SESSION_ALIVE}`),
    insert: database.prepare(`
      INSERT OR REPLACE INTO families VALUES ($sid, $name, $clientId, $scope, $audience, $generation,
        $rotatedAt, $idleExpiresAt, $absoluteExpiresAt, $authTime, $acr, $amr, $epoch, $offset,
        $claims, $details, $dpopJkt)`),
    // The families that were rotated longest ago make room for a new one.
    makeOwnRoom: database.prepare(`
      DELETE FROM families WHERE sid = $sid AND name IN (
        SELECT name FROM families WHERE sid = $sid AND client_id = $clientId
        ORDER BY rotated_at DESC LIMIT -1 OFFSET $most - 1)`),
    makeRoom: database.prepare(`
      DELETE FROM families WHERE sid = $sid AND name IN (
        SELECT name FROM families WHERE sid = $sid ORDER BY rotated_at DESC LIMIT -1 OFFSET $most - 1)`),
    noteClient: database.prepare(NOTE_CLIENT),
    noteClaims: database.prepare(NOTE_CLAIMS),
    session: database.prepare('SELECT * FROM sessions WHERE sid = $sid'),
    // Refreshing is using: a session stays as long as one of its families may be redeemed.
    slideSession: database.prepare(`
      UPDATE sessions
      SET idle_expires_at = max(idle_expires_at, min($idleExpiresAt, absolute_expires_at))
      WHERE sid = $sid`),
    rotate: database.prepare(`
      UPDATE families SET generation = $generation, rotated_at = $rotatedAt,
        idle_expires_at = $idleExpiresAt WHERE sid = $sid AND name = $name`),
    restore: database.prepare(`
      UPDATE families SET generation = generation - 1, rotated_at = $rotatedBefore
      WHERE sid = $sid AND name = $name AND generation = $generation`),
    endSession: database.prepare('DELETE FROM sessions WHERE sid = ?'),
  }
}
