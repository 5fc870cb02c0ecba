import t from 'tap'
import { SUITES } from '../src/suites/suites.ts'
import { DIFFERENCES, SKIPPED, SKIPPED_SUITES } from './control/differences.ts'
import { startProvider } from './control/start-provider.ts'
import { freePort } from './fixtures/free-port.ts'
import { judge } from './fixtures/judge.ts'
import { registeredClients } from './fixtures/registered-clients.ts'
import { CODE_SECONDS, testSettings } from './fixtures/test-settings.ts'

const listen = `127.0.0.1:${await freePort()}`
const clients = await registeredClients(listen)
const port = await freePort()
const issuer = `http://127.0.0.1:${port}`
const provider = await startProvider({ issuer, port, clients, codeSeconds: CODE_SECONDS })
t.teardown(() => provider.close())

const skippedSuites = SUITES.filter(({ name }) => SKIPPED_SUITES[name] !== undefined)
const skipped = {
  ...SKIPPED,
  ...Object.fromEntries(
    skippedSuites.flatMap(({ name, rules }) =>
      rules.map(({ id }) => [id, SKIPPED_SUITES[name] ?? '']),
    ),
  ),
}
const settings = testSettings({
  issuer,
  clients,
  listen,
  more: {
    initial_access_token: 'initial-access-token',
    acr: ['urn:example:password', 'urn:example:two-factors'],
    pages: { sign_out: { confirm: 'logout' }, device: { deny: 'abort' } },
  },
})

await t.test('oidc-provider 9, the control', (t) =>
  judge(t, settings, { differences: DIFFERENCES, skipped }),
)
