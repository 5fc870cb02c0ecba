/** A rule that cannot fail proves nothing: each one fails at one of three issuers that are broken on purpose. */
import t from 'tap'
import { connectIssuer } from '../src/issuer/issuer.ts'
import { runRules } from '../src/rule/run-rules.ts'
import { SUITES } from '../src/suites/suites.ts'
import { startCareless } from './broken/start-careless.ts'
import { startMute } from './broken/start-mute.ts'
import { startYesSayer } from './broken/yes-sayer.ts'
import { freePort } from './fixtures/free-port.ts'
import { registeredClients } from './fixtures/registered-clients.ts'
import { testSettings } from './fixtures/test-settings.ts'

const RULES = SUITES.flatMap(({ rules }) => rules)

type Start = (port: number, logoutUri: string) => Promise<{ close(): Promise<void> }>

/** Ids of the rules that this issuer breaks; `path` makes its name longer than its address. */
async function brokenBy(start: Start, path = ''): Promise<string[]> {
  const [port, listenPort] = [await freePort(), await freePort()]
  const listen = `127.0.0.1:${listenPort}`
  const server = await start(port, `http://${listen}/backchannel`)
  const issuer = `http://127.0.0.1:${port}`
  const settings = testSettings({
    issuer: `${issuer}${path}`,
    clients: await registeredClients(listen),
    listen,
    more: {
      code_seconds: 1,
      pushed_request_seconds: 1,
      initial_access_token: 'initial-access-token',
      exchange: { subject: 'resource' },
      authorization_details: [{ type: 'latchkey_routes' }],
      acr: ['weak', 'strong'],
      protected_resource: { resource: `${issuer}/service`, url: `${issuer}/service/things` },
    },
  })
  const connected = await connectIssuer(settings)
  const results = await runRules(RULES, connected)
  await connected.close()
  await server.close()
  return results
    .filter(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'warning')
    .map(({ rule }) => rule.id)
}

t.test('every rule fails at an issuer that breaks it', async (t) => {
  const broken = await Promise.all([
    brokenBy(startMute),
    brokenBy(startYesSayer),
    brokenBy(startCareless, '/?tenant=1'),
  ])
  const found = new Set(broken.flat())
  const never = RULES.map(({ id }) => id).filter((id) => !found.has(id))
  t.same(never, [])
})
