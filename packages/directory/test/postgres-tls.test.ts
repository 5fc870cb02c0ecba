/** `sslmode` means what the manual of PostgreSQL says. */
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { openPostgresDirectory } from '../src/index.ts'
import { runSql, startPostgres } from '../src/testing/index.ts'
import { CHEAP, seededRandom, testClock } from './fixtures/open-directory.ts'
import { CERTIFICATE, PRIVATE_KEY } from './fixtures/tls.ts'

const server = await startPostgres()
const folder = mkdtempSync(join(tmpdir(), 'latchkey-tls-'))
const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
t.teardown(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

t.test('each sslmode encrypts and proves what the manual says', async (t) => {
  const superuser = server.url('postgres')
  await runSql(superuser, 'create database tls')
  const [row] = await runSql(superuser, "select current_setting('data_directory') as folder")
  const owner = statSync(String(row?.['folder']))
  writeFileSync(certFile, CERTIFICATE)
  writeFileSync(keyFile, PRIVATE_KEY, { mode: 0o600 })
  chmodSync(folder, 0o755)
  chownSync(keyFile, owner.uid, owner.gid)
  await runSql(superuser, `alter system set ssl_cert_file = '${certFile}'`)
  await runSql(superuser, `alter system set ssl_key_file = '${keyFile}'`)
  await runSql(superuser, 'alter system set ssl = on')
  await server.kill()
  await server.start()

  const address = server.url('tls')
  const named = address.replace('127.0.0.1', 'localhost')
  const root = `sslrootcert=${certFile}`
  const cases: [string, string, boolean | 'refused'][] = [
    ['no sslmode', address, false],
    ['disable', `${address}?sslmode=disable`, false],
    ['require believes anybody', `${address}?sslmode=require`, true],
    ['verify-ca with the authority, another name', `${address}?sslmode=verify-ca&${root}`, true],
    ['verify-full with the authority and the name', `${named}?sslmode=verify-full&${root}`, true],
    ['verify-full, another name', `${address}?sslmode=verify-full&${root}`, 'refused'],
    ['verify-full, unknown authority', `${named}?sslmode=verify-full`, 'refused'],
  ]
  for (const [name, url, expected] of cases) {
    const opening = openPostgresDirectory({
      ...{ url, clock: testClock(), random: seededRandom(name), hashing: CHEAP },
      answerMs: 10_000,
    })
    if (expected === 'refused') {
      await t.rejects(opening, StoreUnavailable, name)
      continue
    }
    const directory = await opening
    const found = await runSql(
      superuser,
      "select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'latchkey'",
    )
    t.strictSame(found, [{ ssl: expected }], name)
    await directory.close()
    await runSql(
      superuser,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'tls'`,
    )
  }
})
