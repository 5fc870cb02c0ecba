import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { configurationPage } from '../../src/settings/configuration-page.ts'
import { loadSettings } from '../../src/settings/load-settings.ts'
import { TEST_CERT, TEST_KEY } from '../fixtures/tls.ts'

const OPERATE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'operate')

t.test('docs/operate/configuration.md is what the declarations say', async (t) => {
  const page = readFileSync(join(OPERATE, 'configuration.md'), 'utf8')
  t.equal(page, configurationPage(), 'run scripts/generate-configuration.ts when this fails')
})

t.test('every example of the manual can be loaded', async (t) => {
  const names = readdirSync(join(OPERATE, 'examples'))
  t.ok(names.length >= 4)
  const secret = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 129) % 256))
  const text = secret.toString('base64')
  const values: Record<string, string> = { redis_url: 'rediss://latchkey:p@redis.internal:6380' }
  for (const name of names) {
    t.match(configurationPage(), `(examples/${name})`, 'the manual names it')
    const folder = t.testdir({ tls: {}, secrets: {} })
    const closed = { mode: 0o600 }
    writeFileSync(join(folder, 'tls/fullchain.pem'), TEST_CERT, closed)
    writeFileSync(join(folder, 'tls/privkey.pem'), TEST_KEY, closed)
    const example = readFileSync(join(OPERATE, 'examples', name), 'utf8')
    // What only a real machine has is put into the folder instead.
    const here = example
      .replaceAll('/var/lib/latchkey', join(folder, 'data'))
      .replace(/\/run\/secrets\/(\w+)/g, (_, file: string) => {
        const path = join(folder, 'secrets', file)
        writeFileSync(path, `${values[file] ?? text}\n`, closed)
        return path
      })
    writeFileSync(join(folder, name), here)
    const env = Object.fromEntries(
      [...here.matchAll(/_env: (\w+)/g)].map(([, variable]) => [variable, text]),
    )
    const settings = loadSettings({ file: name, cwd: folder, env })
    t.ok(settings.masterKey.length >= 32, name)
  }
})
