import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSettings } from '../../src/settings/load-settings.ts'
import {
  CLIENT_SECRET,
  faultsOf,
  type Given,
  KEY,
  LOCAL,
  load,
} from '../fixtures/settings-folder.ts'

t.test(
  'attacks.md A24 and L1: weak keys, open files and made-up secrets are refused',
  async (t) => {
    const env = (key: string) => ({ env: { LATCHKEY_MASTER_KEY: key } })
    const bytes = (length: number) =>
      Buffer.from(Array.from({ length }, (_, i) => (i * 37 + 129) % 256)).toString('base64')
    t.equal(load(t, { yaml: LOCAL, ...env(bytes(32)) }).masterKey.length, 32, '32 bytes are enough')

    const words = Buffer.from('this-is-an-example-master-key-000').toString('base64')
    const weak = 'a value that is not shown [master-key-weak]'
    const hidden = 'a value that is not shown [bad-form]'
    const client = (more: string) => ({ yaml: `${LOCAL}clients: [{ client_id: a, ${more} }]\n` })
    const cases: [why: string, given: Given, ends: string][] = [
      ['a key of 1 byte', env(bytes(1)), weak],
      ['a key of 8 bytes', env(bytes(8)), weak],
      ['a key of 16 bytes', env(bytes(16)), weak],
      ['a key of 31 bytes', env(bytes(31)), weak],
      ['words in base64', env(words), weak],
      ['zeroes', env(Buffer.alloc(32).toString('base64')), weak],
      ['no base64', env('change me, change me, change me, change me'), weak],
      ['a second spelling', env(`${KEY.slice(0, -1)}Z`), weak],
      [
        'everybody may read the key file',
        { env: { LATCHKEY_MASTER_KEY_FILE: 'key' }, files: { key: [KEY, 0o644] } },
        '[secret-file-open]',
      ],
      [
        'everybody may write the key file',
        { yaml: `${LOCAL}master_key_file: key\n`, files: { key: [KEY, 0o602] } },
        '[secret-file-open]',
      ],
      [
        'everybody may read the settings file that holds a secret',
        { yaml: `${LOCAL}master_key: ${KEY}\n`, mode: 0o644 },
        '[settings-file-open]',
      ],
      ['a short client secret', client('secret: hunter2-hunter2'), hidden],
      ['a secret where its hash belongs', client(`secret_hash: ${CLIENT_SECRET}`), hidden],
      [
        'a short password',
        { yaml: `${LOCAL}users: [{ username: a, password: abcdefg }]\n` },
        'a value that is not shown [password-short]',
      ],
    ]
    for (const [why, given, ends] of cases) {
      const faults = faultsOf(t, { yaml: LOCAL, ...given })
      t.equal(faults.length, 1, why)
      t.ok(faults[0]?.endsWith(ends), `${why}: ${faults[0]}`)
      for (const secret of [KEY, words, CLIENT_SECRET, 'hunter2', 'abcdefg', 'change me']) {
        t.notMatch(faults[0], secret, 'no secret in the message')
      }
    }
  },
)

t.test('a secret comes from the file, from another file or from the environment', async (t) => {
  const masterKey = Buffer.from(KEY, 'base64url')
  const files = { key: [`${KEY}\n`, 0o600] } as Given['files'] & object
  const good: [why: string, given: Given][] = [
    ['in the closed file itself', { yaml: `${LOCAL}master_key: ${KEY}\n` }],
    ['in another file', { yaml: `${LOCAL}master_key_file: key\n`, files }],
    ['in a variable', { yaml: `${LOCAL}master_key_env: ELSEWHERE\n`, env: { ELSEWHERE: KEY } }],
    ['in our variable', { yaml: LOCAL, env: { LATCHKEY_MASTER_KEY: KEY } }],
    ['in a file of our variable', { yaml: LOCAL, env: { LATCHKEY_MASTER_KEY_FILE: 'key' }, files }],
    ['with padding', { yaml: LOCAL, env: { LATCHKEY_MASTER_KEY: `${KEY}=` } }],
  ]
  for (const [why, given] of good) t.same(load(t, given).masterKey, masterKey, why)
  t.same(
    load(t, { yaml: `${LOCAL}master_key_file: key\n`, files, mode: 0o644 }).masterKey,
    masterKey,
    'a settings file without secrets may be open',
  )

  const bad: [given: Given, code: string][] = [
    [{ yaml: `${LOCAL}master_key: a\nmaster_key_file: b\n` }, 'secret-twice'],
    [
      { yaml: LOCAL, env: { LATCHKEY_MASTER_KEY: KEY, LATCHKEY_MASTER_KEY_FILE: 'a' } },
      'secret-twice',
    ],
    [{ yaml: `${LOCAL}master_key_file: missing\n` }, 'secret-file'],
    [{ yaml: `${LOCAL}master_key_file: .\n` }, 'secret-file'],
    [{ yaml: `${LOCAL}master_key_env: NOT_SET\n` }, 'secret-env-missing'],
    [{ yaml: `${LOCAL}master_key_file: 7\n` }, 'not-text'],
  ]
  for (const [given, code] of bad) {
    const faults = faultsOf(t, given)
    t.equal(faults.length, 1)
    t.match(faults[0], `[${code}]`)
  }
})

t.test('an embedded installation makes its master key once', async (t) => {
  const folder = t.testdir({})
  const env = { LATCHKEY_ISSUER: 'http://localhost:4000', LATCHKEY_DATA_DIR: 'data' }
  const first = loadSettings({ env, cwd: folder })
  t.equal(first.dataDir, join(folder, 'data'))
  t.equal(first.masterKey.length, 32)
  const file = join(folder, 'data', 'master.key')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(statSync(join(folder, 'data')).mode & 0o777, 0o700)
  t.same(
    loadSettings({ env, cwd: folder }).masterKey,
    first.masterKey,
    'the same at the next start',
  )

  chmodSync(file, 0o644)
  t.throws(() => loadSettings({ env, cwd: folder }), /\[secret-file-open\]/)
  chmodSync(file, 0o600)
  writeFileSync(file, 'short\n')
  t.throws(() => loadSettings({ env, cwd: folder }), /not shown \[master-key-weak\]/)
  t.equal(readFileSync(file, 'utf8'), 'short\n', 'never replaced')
  writeFileSync(join(folder, 'data', 'format'), '999')
  t.throws(() => loadSettings({ env, cwd: folder }), { code: 'data-folder-newer' })
})
