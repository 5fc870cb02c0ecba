/** A small fault in a good issuer is found by the rules that are about it, and by no other of their suite. */
import t from 'tap'
import { connectIssuer } from '../src/issuer/issuer.ts'
import { runRules } from '../src/rule/run-rules.ts'
import { SUITES } from '../src/suites/suites.ts'
import { startMutatingProxy } from './broken/mutating-proxy.ts'
import { MUTATIONS } from './broken/mutations.ts'
import { DIFFERENCES } from './control/differences.ts'
import { startProvider } from './control/start-provider.ts'
import { freePort } from './fixtures/free-port.ts'
import { registeredClients } from './fixtures/registered-clients.ts'
import { CODE_SECONDS, testSettings } from './fixtures/test-settings.ts'

const listen = `127.0.0.1:${await freePort()}`
const clients = await registeredClients(listen)
const [port, upstream] = [await freePort(), await freePort()]
const issuer = `http://127.0.0.1:${port}`
const provider = await startProvider({ issuer, port: upstream, clients, codeSeconds: CODE_SECONDS })
const proxy = await startMutatingProxy(port, upstream)
t.teardown(async () => {
  await proxy.close()
  await provider.close()
})
const settings = testSettings({
  issuer,
  clients,
  listen,
  more: {
    initial_access_token: 'initial-access-token',
    pages: { sign_out: { confirm: 'logout' } },
  },
})

for (const mutation of MUTATIONS) {
  await t.test(mutation.name, async (t) => {
    proxy.mutation = mutation
    const connected = await connectIssuer(settings)
    const rules = SUITES.filter(({ name }) => mutation.suites.includes(name)).flatMap(
      ({ rules }) => rules,
    )
    const quick = rules.filter(({ id, isSlow }) => !isSlow && DIFFERENCES[id] === undefined)
    const broken = (await runRules(quick, connected))
      .filter(({ outcome }) => outcome.kind === 'failed' || outcome.kind === 'warning')
      .map(({ rule }) => rule.id)
    t.same(broken.sort(), [...mutation.breaks].sort())
    await connected.close()
  })
}
