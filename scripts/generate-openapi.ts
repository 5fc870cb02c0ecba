/**
 * Writes docs/openapi.json, and the table of routes in docs/operate/admin-api.md, from an issuer that runs for a moment:
 * node -C @latchkey/source scripts/generate-openapi.ts
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, loadSettings, openIssuer, routeTable } from '@latchkey/issuer'

const DOCS = join(import.meta.dirname, '..', 'docs')
const BETWEEN = /(<!-- routes: [^\n]*-->\n)[\s\S]*(\n<!-- end of routes -->)/

const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-openapi-'))
const env = { LATCHKEY_ISSUER: 'http://sso.localhost:4000', LATCHKEY_DATA_DIR: dataDir }
const issuer = await openIssuer({
  settings: loadSettings({ env, cwd: dataDir }),
  log: createLogger('silent'),
})
try {
  const { clientId, clientSecret } = JSON.parse(readFileSync(join(dataDir, 'cli.json'), 'utf8'))
  const token = await issuer.app.inject({
    method: 'POST',
    url: '/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    payload: `grant_type=client_credentials&resource=${encodeURIComponent(env.LATCHKEY_ISSUER)}`,
  })
  const answer = await issuer.app.inject({
    url: '/admin/v1/openapi.json',
    headers: { authorization: `Bearer ${token.json().access_token}` },
  })
  if (answer.statusCode !== 200) throw new Error(answer.body)
  writeFileSync(join(DOCS, 'openapi.json'), `${JSON.stringify(answer.json(), null, 2)}\n`)
  const page = join(DOCS, 'operate', 'admin-api.md')
  const table = routeTable(answer.json())
  writeFileSync(page, readFileSync(page, 'utf8').replace(BETWEEN, `$1${table}$2`))
} finally {
  await issuer.close()
  rmSync(dataDir, { recursive: true })
}
