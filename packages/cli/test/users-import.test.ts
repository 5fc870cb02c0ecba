import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readPeople } from '../src/import/read-people.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { runLine } from './fixtures/stand-ins.ts'

const BIN = join(import.meta.dirname, '..', 'bin', 'latchkey.mjs')
const DJANGO = 'pbkdf2_sha256$1000$seasalt12chr$sS+fNvOs3T9GJsEiKaQ/L0GknPQfXDwEj8c8u44U6SA='

const cwd = t.testdir({})
const issuer = await smallIssuer(cwd)
t.teardown(() => issuer.close())
const { users, groups, audit } = issuer.directory
await groups.create({ name: 'Sales' })

async function run(argv: string[], files: Record<string, string> = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  return await runLine(['users', 'import', ...argv.map((one) => one.replace('@', `${cwd}/`))], {
    cwd,
  })
}

t.test('a link that somebody has put beside the file is not followed', async (t) => {
  writeFileSync(join(cwd, 'precious'), 'kept')
  symlinkSync(join(cwd, 'precious'), join(cwd, 'linked.csv.progress.new'))
  const ran = await run(['@linked.csv'], { 'linked.csv': 'username\nlinus\n' })
  t.match(ran, { code: 0, out: /^1 created/ })
  t.equal(readFileSync(join(cwd, 'precious'), 'utf8'), 'kept')
})

t.test('a CSV file brings in people with everything that it says', async (t) => {
  const csv = [
    '\ufeffusername,name,email,email_verified,external_id,roles,groups,status,given_name,address.locality,password_hash',
    `grace,"Hopper, Grace",grace@example.com,true,hr-1,reader;boss,Sales,,Grace,Arlington,${DJANGO}`,
    '',
    'bob,"Bob ""B""",,,,,,disabled,,,',
  ].join('\r\n')
  const dry = await run(['@people.csv', '--dry-run'], { 'people.csv': csv })
  t.match(dry, { code: 0, out: /^Would be: 2 created, 0 updated, 0 skipped, 0 refused/ })
  t.equal(await users.findByUsername('grace'), undefined)
  t.match(await run(['@people.csv']), { code: 0, out: /^2 created, 0 updated/ })
  t.match(await users.findByUsername('grace'), {
    ...{ name: 'Hopper, Grace', emailVerified: true, externalId: 'hr-1' },
    ...{
      roles: ['boss', 'reader'],
      profile: { given_name: 'Grace', address: { locality: 'Arlington' } },
    },
  })
  t.match(await users.checkPassword('grace', 'correct horse battery'), { kind: 'ok' })
  t.match(await users.findByUsername('bob'), { name: 'Bob "B"', disabled: true })
  t.match(await run(['@people.csv']), { code: 0, out: /^0 created, 0 updated, 2 skipped/ })
  const update = await run(['@people.csv', '--on-existing', 'update', '--json'])
  t.match(JSON.parse(update.out), { updated: 2, refused: 0, faults: [] })
  const fail = await run(['@people.csv', '--on-existing', 'fail'])
  t.match(fail, { code: 1, out: /line 2, username: .*\[user-exists\].*2 refused/s })
  t.notOk(existsSync(join(cwd, 'people.csv.progress')), 'an import that ended leaves nothing')
})

t.test('JSON lines have lists and objects, and Keycloak credentials as they are', async (t) => {
  const credential = {
    secretData: {
      value: 'AhaeZ02AwPxykuhhDI8XvhQN8GKvmqM+qF6qvs/98I0=',
      salt: 'AAECAwQFBgcICQoLDA0ODw==',
    },
    credentialData: { hashIterations: 1000, algorithm: 'pbkdf2-sha256' },
  }
  const row = { username: 'kay', groups: ['sales'], password_hash: credential, email: null }
  const { code } = await run(['@people.jsonl'], { 'people.jsonl': `${JSON.stringify(row)}\n\n` })
  t.equal(code, 0)
  t.match(await users.checkPassword('kay', 'correct horse battery'), { kind: 'ok' })
  t.equal((await users.findByUsername('kay'))?.groups.length, 1)
})

t.test('every fault of a file is told with its place, and nothing is sent', async (t) => {
  const csv = [
    'username,email_verified,status,roles,address',
    'ok1,true,active,a;b,',
    'bad1,perhaps,,,',
    'bad2,,gone,,',
    ',true,,,',
    'too,few',
    'bad3,,,,"{""locality"":"',
    'OK1,,,,',
    'ok2,,,,',
  ].join('\n')
  const { code, out, err } = await run(['@bad.csv'], { 'bad.csv': csv })
  t.equal(code, 1)
  const flat = out.replace(/\s+/g, ' ')
  for (const says of [
    'line 3, email_verified: expected true or false, received perhaps [import-value]',
    'line 4, status: expected active, disabled or must_change_password, received gone',
    'line 5, username: expected a user name [import-value]',
    'line 6: expected a record with as many values as the header',
    'line 7, address: expected a JSON object, received {"locality":',
    'line 8, username: expected each person once: line 2 has the same, received OK1',
  ]) {
    t.match(flat, says)
  }
  t.match(err, /Faults: 6\./)
  t.equal(await users.findByUsername('ok2'), undefined)
  const json = await run(['@bad.csv', '--json'])
  t.equal(JSON.parse(json.out).faults.length, 6)
})

t.test('what a file may not be', async (t) => {
  const cases: [name: string, text: string, says: RegExp][] = [
    ['a.csv', 'username,pasword\nada,x\n', /pasword: expected one of username, name/],
    ['b.csv', 'username,password_hash\n"ada,x\n', /\[import-csv\]/],
    ['c.jsonl', '{"username":"x"}\n[1]\n', /line 2: expected a JSON object/],
    ['d.jsonl', `{"username":"x","name":"${'n'.repeat(140_000)}"}\n`, /at most 131072 characters/],
    ['e.jsonl', '{"username":"x","__proto__":{"name":"y"}}\n', /expected one of/],
    [
      'f.jsonl',
      '{"username":"x","password_hash":17}\n',
      /password_hash: expected a password hash \[/,
    ],
  ]
  for (const [name, text, says] of cases) {
    const { code, out } = await run([`@${name}`], { [name]: text })
    t.equal(code, 1, name)
    t.match(out.replace(/\s+/g, ' '), says, name)
  }
  t.match(await run(['@nowhere.csv']), { code: 2, err: /ENOENT/ })
  const many = Array.from({ length: 250 }, () => 'x').join('\n')
  const { out } = await run(['@many.jsonl'], { 'many.jsonl': many })
  t.equal(out.match(/\[import-json\]/g)?.length, 100)
  t.match(out, 'and 150 more')
})

t.test('an import that is killed goes on where it was: nothing twice, nothing lost', async (t) => {
  const PEOPLE = 600
  const names = Array.from({ length: PEOPLE }, (_, index) => `person${index}`)
  const file = join(cwd, 'crowd.csv')
  writeFileSync(
    file,
    `username,external_id\n${names.map((name) => `${name},x-${name}`).join('\n')}\n`,
  )
  const created = async () => {
    let count = 0
    for (let before: number | undefined; ; ) {
      const page = await audit.list({
        limit: 500,
        action: 'user.create',
        ...(before && { before }),
      })
      count += page.filter(({ detail }) => String(detail['username']).startsWith('person')).length
      before = page.at(-1)?.id
      if (page.length < 500) return count
    }
  }
  const watcher = watch(cwd)
  const child = spawn(process.execPath, [BIN, 'users', 'import', file], { cwd, stdio: 'ignore' })
  for (let seen = 0; seen < 2; ) {
    const [, name] = await once(watcher, 'change')
    if (name === 'crowd.csv.progress') seen += 1
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  watcher.close()
  const half = await created()
  t.ok(half > 0 && half < PEOPLE, `${half} of ${PEOPLE} when it was killed`)
  const { code, out } = await run(['@crowd.csv'])
  t.equal(code, 0)
  t.match(out, /Going on behind the first \d+ of 600/)
  t.equal(await created(), PEOPLE, 'each once')
  const found = await users.findByUsernames(names)
  t.equal(found.length, PEOPLE)
})

t.test('a file is read as a stream, whatever its size', async (t) => {
  const file = join(cwd, 'large.jsonl')
  const lines = Array.from({ length: 20_000 }, (_, index) => `{"username":"p${index}"}`)
  writeFileSync(file, lines.join('\n'))
  let count = 0
  for await (const person of readPeople(file)) {
    if (person.kind === 'row') count += 1
    if (count === 5) break
  }
  t.equal(count, 5)
})
