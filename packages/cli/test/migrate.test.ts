import t from 'tap'
import { runLine } from './fixtures/stand-ins.ts'

const SETTINGS = 'issuer: http://sso.localhost:4000\nlisten: { port: 0 }\nlog: { level: silent }\n'

t.test('migrate status shows what is pending, and migrate up runs it', async (t) => {
  const cwd = t.testdir({ 'latchkey.yaml': SETTINGS })
  const before = await runLine(['migrate', 'status'], { cwd })
  t.equal(before.code, 5, 'for scripts: there is something to do')
  t.match(before.out, /^The directory is kept in SQLite\.\n {2}1 initial {2}pending\n {2}2 /)
  t.match(before.out, 'latchkey migrate up runs what is pending')

  const up = await runLine(['migrate', 'up'], { cwd })
  t.match(up, { code: 0, out: /^Ran 1 initial\.\nRan 2 provider\.\n/ })
  const again = await runLine(['migrate', 'up', '--json'], { cwd })
  t.match(JSON.parse(again.out), { ran: [] }, 'a second time there is nothing to do')

  const after = await runLine(['migrate', 'status', '--json'], { cwd })
  t.equal(after.code, 0)
  t.match(JSON.parse(after.out), { engine: 'sqlite', pending: [], applied: [{ number: 1 }] })
})

t.test('a start with directory.migrate: manual refuses an older database', async (t) => {
  const cwd = t.testdir({ 'latchkey.yaml': `${SETTINGS}directory: { migrate: manual }\n` })
  const refused = await runLine(['start'], { cwd })
  t.equal(refused.code, 2)
  t.match(refused.err, /run latchkey migrate up, .*lacks 1 initial, .*\[directory-not-migrated\]/s)
})

t.test(
  'a database that cannot be reached is unavailable, and its password is not shown',
  async (t) => {
    const env = {
      LATCHKEY_DIRECTORY_URL: 'postgres://latchkey:hunter2@127.0.0.1:1/latchkey',
      LATCHKEY_MASTER_KEY: Buffer.from(
        Array.from({ length: 32 }, (_, i) => (i * 37) % 256),
      ).toString('base64'),
    }
    const refused = await runLine(['migrate', 'status'], {
      cwd: t.testdir({ 'latchkey.yaml': SETTINGS }),
      env,
    })
    t.equal(refused.code, 3)
    t.match(refused.err, /ECONNREFUSED 127\.0\.0\.1:1\)\..*\[store-unavailable\]/s)
    t.notMatch(refused.out + refused.err, 'hunter2')
  },
)
