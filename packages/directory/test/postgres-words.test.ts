/** What is PostgreSQL's own and needs no server: what its errors mean, and which addresses are one. */
import { InputError } from '@latchkey/protocol'
import pg from 'pg'
import t from 'tap'
import { checkPostgresUrl, openPostgresDirectory } from '../src/index.ts'
import { ConnectionFault, postgresFault } from '../src/postgres/fault.ts'
import { CHEAP, seededRandom, testClock } from './fixtures/open-directory.ts'

const PARTS = { clock: testClock(), random: seededRandom('words'), hashing: CHEAP }

t.test('what an error of the server means', async (t) => {
  const answered = (code: string) => {
    const error = new pg.DatabaseError('said the server', 1, 'error')
    error.code = code
    return error
  }
  const cases: [Error, ReturnType<typeof postgresFault>][] = [
    [answered('40001'), 'busy'],
    [answered('40P01'), 'busy'],
    [answered('55P03'), 'unavailable'],
    [answered('57014'), 'unavailable'],
    [answered('57P01'), 'unavailable'],
    [answered('53300'), 'unavailable'],
    [answered('25006'), 'unavailable'],
    [answered('28P01'), 'unavailable'],
    [answered('3D000'), 'unavailable'],
    [answered('42501'), 'unavailable'],
    [answered('08006'), 'unavailable'],
    [answered('XX000'), 'unavailable'],
    [new ConnectionFault('lost'), 'unavailable'],
    [answered('23505'), undefined],
    [answered('42P01'), undefined],
    [answered('22021'), undefined],
    [new TypeError('a bug'), undefined],
  ]
  for (const [error, meaning] of cases) {
    t.equal(postgresFault(error), meaning, 'code' in error ? String(error.code) : error.name)
  }
})

t.test('an address that is none is refused, and never shown', async (t) => {
  const good = [
    'postgres://me:secret@db.internal:5432/latchkey',
    'postgresql://me@[::1]/latchkey?sslmode=require',
    'postgres://me:s%40cret@db/latchkey?sslmode=verify-full&sslrootcert=/etc/ca.pem',
    'postgres:///latchkey?host=/run/postgresql&user=me',
  ]
  for (const url of good) t.equal(checkPostgresUrl(url), url)
  const bad = [
    'mysql://me:secret@db/latchkey',
    'db.internal:5432 secret',
    'postgres://me:secret@db',
    'postgres://me:secret@db/a/b',
    'postgres:///latchkey',
    'postgres://me:secret@db/latchkey?sslmode=prefer',
    'postgres://me:secret@db/latchkey?sslmode=allow',
    'postgres://me:secret@db/latchkey?sslmode=verify-ca',
    'postgres://me:secret@db/latchkey?options=-c%20statement_timeout%3D0',
    'postgres://me:secret@db/latchkey?ssl=true',
  ]
  for (const url of bad) {
    const error = await openPostgresDirectory({ url, ...PARTS }).catch((e) => e)
    t.ok(error instanceof InputError && error.code === 'directory-url', url)
    t.notMatch(`${error.message} ${error.stack}`, 'secret')
  }
})
