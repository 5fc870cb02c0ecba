import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { checkStream } from '../checks/stream.ts'
import type { Sealing } from '../contract/sealing.ts'
import type { Stream, StreamMembers, Streams } from '../contract/stream.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { insertNew, insertUnlessThere } from '../sql/insert-new.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import { memberColumns, streamOf } from './stream-columns.ts'

export interface StreamsDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly sealing?: Sealing | undefined
}

export function streamsIn({ sql, clock, sealing }: StreamsDeps): Streams {
  async function findIn(db: Queries, id: string): Promise<Stream | undefined> {
    const row = await db.selectFrom('streams').selectAll().where('id', '=', id).executeTakeFirst()
    return row && streamOf(row, sealing)
  }

  function change(id: string, columns: Readonly<Record<string, unknown>>) {
    return sql.write(async (db) => {
      const updated_at = nowSeconds(clock)
      const updates = { ...columns, updated_at }
      await db.updateTable('streams').set(updates).where('id', '=', id).execute()
      return await findIn(db, id)
    })
  }

  function create({ id, clientId, ...members }: { id: string; clientId: string } & StreamMembers) {
    checkStream(members)
    return sql.write(async (db) => {
      const now = nowSeconds(clock)
      const row = {
        ...memberColumns(id, members, sealing),
        ...{ id, client_id: clientId, status: 'enabled' as const, status_reason: '' },
        ...{ created_at: now, updated_at: now },
      }
      await insertNew(db.insertInto('streams').values(row), taken)
      return (await findIn(db, id)) as Stream
    })
  }

  return {
    create,
    find: (id) => sql.read((db) => findIn(db, id)),
    list: () =>
      sql.read(async (db) => {
        const rows = await db.selectFrom('streams').selectAll().orderBy('id').execute()
        return rows.map((row) => streamOf(row, sealing))
      }),
    replace: async (id, members) => {
      checkStream(members)
      return await change(id, memberColumns(id, members, sealing))
    },
    setStatus: (id, status, reason) => change(id, { status, status_reason: reason }),
    remove: (id) =>
      sql.write(async (db) => {
        const result = await db.deleteFrom('streams').where('id', '=', id).executeTakeFirst()
        return result.numDeletedRows === 1n
      }),
    ...exclusionsIn(sql),
    ...acquaintancesIn(sql),
  }
}

function exclusionsIn(sql: Sql): Pick<Streams, 'exclude' | 'include' | 'excludes'> {
  return {
    exclude: (id, subject) =>
      sql.write(async (db) => {
        const { count } = await db
          .selectFrom('stream_exclusions')
          .select((e) => e.fn.countAll<number>().as('count'))
          .where('stream_id', '=', id)
          .executeTakeFirstOrThrow()
        if (Number(count) >= DIRECTORY_LIMITS.exclusionsPerStream) throw tooManySubjects()
        await insertUnlessThere(
          db.insertInto('stream_exclusions').values({ stream_id: id, subject }),
        )
      }),
    include: (id, subject) =>
      sql.write(async (db) => {
        await db
          .deleteFrom('stream_exclusions')
          .where('stream_id', '=', id)
          .where('subject', '=', subject)
          .execute()
      }),
    excludes: (id, subjects) =>
      sql.read(async (db) => {
        const found = await db
          .selectFrom('stream_exclusions')
          .select('subject')
          .where('stream_id', '=', id)
          .where('subject', 'in', subjects)
          .executeTakeFirst()
        return found !== undefined
      }),
  }
}

function acquaintancesIn(sql: Sql): Pick<Streams, 'acquaint' | 'isAcquainted' | 'forget'> {
  const isAcquainted = (clientId: string, sub: string) =>
    sql.read(async (db) => {
      const row = await db
        .selectFrom('client_people')
        .select('user_id')
        .where('client_id', '=', clientId)
        .where('user_id', '=', sub)
        .executeTakeFirst()
      return row !== undefined
    })
  return {
    isAcquainted,
    acquaint: async (clientId, sub) => {
      // A look first: a write waits for other writers.
      if (await isAcquainted(clientId, sub)) return
      await sql.write(async (db) => {
        const row = { client_id: clientId, user_id: sub }
        await insertUnlessThere(db.insertInto('client_people').values(row))
      })
    },
    forget: (sub) =>
      sql.write(async (db) => {
        await db.deleteFrom('client_people').where('user_id', '=', sub).execute()
      }),
  }
}

function taken(): InputError {
  return new InputError('stream-taken', {
    received: 'a second stream',
    expected: 'one stream for each client: delete or change the first',
  })
}

function tooManySubjects(): InputError {
  return new InputError('stream-subjects', {
    received: 'one more subject',
    expected: `at most ${DIRECTORY_LIMITS.exclusionsPerStream} that nothing is wanted of`,
    where: 'subject',
  })
}
