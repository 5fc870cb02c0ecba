import { checkSession } from '../check-session.ts'
import type { SessionStore } from '../store.ts'
import type { SqliteContext } from './context.ts'
import {
  NOTE_CLAIMS,
  NOTE_CLIENT,
  SESSION_ALIVE,
  type SessionRow,
  sessionRecord,
} from './session-row.ts'

export function sqliteSessions(context: SqliteContext): SessionStore {
  const { database, read, write, logTable } = context
  const insert = database.prepare(`
    INSERT OR REPLACE INTO sessions VALUES ($sid, $sub, $handleHash, $authTime, $acr, $amr, $createdAt,
      min($idleExpiresAt, $absoluteExpiresAt), $absoluteExpiresAt, '[]', $userAgent, $epoch, $offset, '{}')`)
  const select = database.prepare(`SELECT * FROM sessions WHERE sid = $sid AND ${SESSION_ALIVE}`)
  const selectOfUser = database.prepare(`
    SELECT * FROM sessions WHERE sub = $sub AND ${SESSION_ALIVE}
    ORDER BY created_at DESC, sid DESC LIMIT $limit`)
  const selectPage = database.prepare(`
    SELECT * FROM sessions WHERE sid > $cursor AND ${SESSION_ALIVE} ORDER BY sid LIMIT $limit`)
  const renew = database.prepare(`
    UPDATE sessions SET handle_hash = $handleHash, auth_time = $authTime, acr = $acr, amr = $amr,
      idle_expires_at = max(idle_expires_at, min($idleExpiresAt, absolute_expires_at))
    WHERE sid = $sid AND ${SESSION_ALIVE}`)
  const alive = database.prepare(`SELECT 1 FROM sessions WHERE sid = $sid AND ${SESSION_ALIVE}`)
  const note = database.prepare(NOTE_CLIENT)
  const noteClaims = database.prepare(NOTE_CLAIMS)
  const touch = database.prepare(`
    UPDATE sessions
    SET idle_expires_at = max(idle_expires_at, min($idleExpiresAt, absolute_expires_at))
    WHERE sid = $sid AND ${SESSION_ALIVE}`)

  return {
    async create(session, now) {
      checkSession(session, now, { ...context, partitions: 1 })
      const { rev, ...facts } = session
      const { epoch, offset } = rev
      write(() => insert.run({ ...facts, amr: JSON.stringify(facts.amr), epoch, offset }))
    },

    async find(sid, now) {
      return read(() => {
        const rev = logTable.position()
        const row = select.get({ sid, now }) as unknown as SessionRow | undefined
        return row && { session: sessionRecord(row), rev }
      })
    },

    async renew(sid, change, now) {
      const { handleHash, authTime, acr, idleExpiresAt } = change
      const amr = JSON.stringify(change.amr)
      return write(
        () => renew.run({ sid, now, handleHash, authTime, acr, amr, idleExpiresAt }).changes === 1,
      )
    },

    async touch(sid, idleExpiresAt, now) {
      return write(() => touch.run({ sid, now, idleExpiresAt }).changes === 1)
    },

    async noteClient(sid, clientId, userinfoClaims, now) {
      return write(() => {
        if (!alive.get({ sid, now })) return false
        note.run({ sid, clientId })
        noteClaims.run({ sid, clientId, names: JSON.stringify(userinfoClaims) })
        return true
      })
    },

    async scan(cursor, limit, now) {
      return read(() => {
        const rows = selectPage.all({ cursor, limit, now }) as unknown as SessionRow[]
        const last = rows.length < limit ? undefined : rows.at(-1)
        return { sessions: rows.map(sessionRecord), cursor: last?.sid ?? '' }
      })
    },

    async listByUser(sub, limit, now) {
      return read(() =>
        (selectOfUser.all({ sub, limit, now }) as unknown as SessionRow[]).map(sessionRecord),
      )
    },
  }
}
