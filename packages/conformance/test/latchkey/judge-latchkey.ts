import type { Test } from 'tap'
import { connectIssuer } from '../../src/issuer/issuer.ts'
import { runRules } from '../../src/rule/run-rules.ts'
import { parSuite } from '../../src/suites/par-rfc9126.ts'
import { freePort } from '../fixtures/free-port.ts'
import { judge } from '../fixtures/judge.ts'
import { RESOURCES, registeredClients, secretOf } from '../fixtures/registered-clients.ts'
import { CODE_SECONDS, testSettings } from '../fixtures/test-settings.ts'
import { NOT_OFFERED } from './not-offered.ts'
import { registrationToken } from './registration-token.ts'
import { startLatchkey } from './start-latchkey.ts'
import { startOrders } from './start-orders.ts'

/** Every suite against Latchkey as it is started from a settings file: there is no rule that it does not keep. */
export async function judgeLatchkey(t: Test, redisUrl?: string): Promise<void> {
  const listen = `127.0.0.1:${await freePort()}`
  const clients = await registeredClients(listen)
  const latchkey = await startLatchkey({
    port: await freePort(),
    clients,
    codeSeconds: CODE_SECONDS,
    ...(redisUrl !== undefined && { redisUrl }),
  })
  t.teardown(() => latchkey.close())
  const [orders, reports] = RESOURCES
  const service = await startOrders({
    issuer: latchkey.issuer,
    audience: orders,
    clientId: 'exchange',
    clientSecret: secretOf('exchange', clients),
  })
  t.teardown(() => service.close())
  const settings = testSettings({
    issuer: latchkey.issuer,
    clients,
    listen,
    more: {
      protected_resource: service.settings,
      initial_access_token: await registrationToken(latchkey.issuer, latchkey.dataDir),
      exchange: { subject: 'resource', subject_resource: orders, resource: reports },
      authorization_details: [
        { type: 'latchkey_routes', routes: ['GET /orders/*'], locations: [orders] },
      ],
      acr: ['urn:latchkey:acr:password', 'urn:latchkey:acr:mfa'],
    },
  })
  await judge(t, settings, { differences: {}, skipped: NOT_OFFERED })
}

/** A hundred times: the 300 seconds of a pushed request pass in three. */
const SPEED = 100

/** The one rule whose time cannot be set. */
export async function judgeExpiry(t: Test): Promise<void> {
  const listen = `127.0.0.1:${await freePort()}`
  const clients = await registeredClients(listen)
  const startedMs = Date.now()
  const nowMs = () => startedMs + (Date.now() - startedMs) * SPEED
  const clock = { nowMs, monotonicMs: nowMs }
  const port = await freePort()
  const latchkey = await startLatchkey({ port, clients, codeSeconds: 600, clock })
  t.teardown(() => latchkey.close())
  const more = { pushed_request_seconds: 3 }
  const issuer = await connectIssuer(
    testSettings({ issuer: latchkey.issuer, clients, listen, more }),
  )
  const rules = parSuite.rules.filter(({ id }) => id === 'par.expired' || id === 'par.flow')
  for (const { rule, outcome } of await runRules(rules, issuer)) {
    t.same(outcome, { kind: 'passed' }, rule.title)
  }
}
