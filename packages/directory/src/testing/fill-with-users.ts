import { sql } from 'kysely'
import type { MigrationsPlace } from '../open-migrations.ts'
import { openPatiently } from '../postgres/open-postgres-directory.ts'
import type { Queries } from '../sql/sql.ts'
import { openSqlite } from '../sqlite/open-sqlite-directory.ts'
import { searchText } from '../users/profile.ts'

const ROWS_AT_ONCE = 500
const BATCHES_AT_ONCE = 40

const GIVEN =
  'Ada Grace Alan Barbara Donald Edsger Frances John Ken Linus Margaret Radia Wei Li Olga'
const FAMILY =
  'Lovelace Hopper Turing Liskov Knuth Dijkstra Allen Wirth Perlman Cerf Wang Chen Petrova'
const CHINESE = '李雷 韩梅梅 王伟 张敏 刘洋 陈静 杨帆'
const HOSTS = 'example.org example.com mail.example corp.example'

const [given, family, chinese, hosts] = [GIVEN, FAMILY, CHINESE, HOSTS].map((text) =>
  text.split(' '),
)

/**
 * Writes so many users into a directory in today's form, past all checks: for measuring. The same ones each time; every
 * twentieth has a Chinese name, and user number N is `given.familyN`.
 */
export async function fillWithUsers(
  place: MigrationsPlace,
  count: number,
  progress: (done: number) => void = () => {},
): Promise<void> {
  const database = 'url' in place ? openPatiently(place.url) : await openSqlite(place.file)
  const step = ROWS_AT_ONCE * BATCHES_AT_ONCE
  for (let from = 0; from < count; from += step) {
    progress(from)
    const to = Math.min(count, from + step)
    await database.write(async (db) => {
      for (let first = from; first < to; first += ROWS_AT_ONCE) {
        await insertUsers(db, first, Math.min(to, first + ROWS_AT_ONCE))
      }
    })
  }
  // Without counts of what is there PostgreSQL would guess how to look for it; SQLite understands the same word.
  if ('url' in place) await database.read((db) => sql`analyze users`.execute(db))
  await database.close()
}

async function insertUsers(db: Queries, from: number, to: number): Promise<void> {
  const rows = Array.from({ length: to - from }, (_, index) => userRow(from + index))
  await db.insertInto('users').values(rows).execute()
}

function userRow(number: number) {
  const [first, last] = [oneOf(given, number), oneOf(family, Math.floor(number / 15))]
  const username = `${first}.${last}${number}`.toLowerCase()
  const name = number % 20 === 0 ? oneOf(chinese, number / 20) : `${first} ${last}`
  const email = `${username}@${oneOf(hosts, number)}`
  return {
    id: `u_${String(number).padStart(26, '0')}`,
    username,
    username_key: username,
    name,
    email,
    email_verified: 1 as const,
    disabled: 0 as const,
    profile: '{}',
    must_change_password: 0 as const,
    attributes: '{}',
    search_text: searchText({ username_key: username, name, email }),
    created_at: 1,
    updated_at: 1,
  }
}

function oneOf(list: readonly string[] = [], index: number): string {
  return list[index % list.length] ?? ''
}
