import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { call } from '../src/call.ts'
import { fakeIssuer } from './fixtures/stand-ins.ts'
import { TEST_CERT, TEST_KEY } from './fixtures/tls.ts'

const ISSUER = 'http://sso.localhost:4000'

t.test('one exchange: redirects are not followed, answers are bounded, silence ends', async (t) => {
  const elsewhere = await fakeIssuer({ 'GET /stolen': { body: {} } })
  const issuer = await fakeIssuer({
    'GET /moved': {
      status: 302,
      headers: { location: `http://127.0.0.1:${elsewhere.port}/stolen` },
    },
    'GET /long': { body: 'x'.repeat(5 * 1024 * 1024) },
    'GET /text': { body: 'not json', headers: { 'retry-after': '3' } },
  })
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => {
    elsewhere.close()
    issuer.close()
    silent.close()
  })
  const address = `http://sso.localhost:${issuer.port}`
  const get = (path: string) =>
    call({ address, issuer: ISSUER, method: 'GET', path, headers: { authorization: 'Basic x' } })
  t.match(await get('/moved'), { status: 302 })
  t.same(elsewhere.lines(), [])
  await t.rejects(get('/long'), { code: 'EMSGSIZE' })
  t.match(await get('/text'), { status: 200, headers: { 'retry-after': '3' }, body: undefined })
  const { port } = silent.address() as AddressInfo
  const quiet = { address: `http://127.0.0.1:${port}`, issuer: ISSUER, path: '/', timeoutMs: 50 }
  await t.rejects(call({ ...quiet, method: 'GET' }), { code: 'ETIMEDOUT' })
})

t.test('the certificate has to be that of the issuer, whatever the address is', async (t) => {
  const server = createServer({ cert: TEST_CERT, key: TEST_KEY }, (_, response) => {
    response
      .writeHead(401, { 'content-type': 'application/json' })
      .end('{"error":"invalid_client"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const folder = t.testdir({ 'ca.pem': TEST_CERT })
  const bin = join(import.meta.dirname, '..', 'bin', 'latchkey.mjs')
  const disable = async (issuer: string, trust: boolean) => {
    const child = spawn(process.execPath, [bin, 'users', 'disable', 'ada'], {
      env: {
        LATCHKEY_CLI_ISSUER: issuer,
        LATCHKEY_CLI_ISSUER_ADDRESS: `https://127.0.0.1:${port}`,
        LATCHKEY_CLI_CLIENT_ID: 'cli',
        LATCHKEY_CLI_CLIENT_SECRET: 'x',
        ...(trust ? { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') } : {}),
      },
    })
    return await text(child.stderr)
  }
  t.match(await disable(`https://sso.localhost:${port}`, true), 'invalid_client', 'it got through')
  t.match(await disable(`https://other.localhost:${port}`, true), 'ERR_TLS_CERT_ALTNAME_INVALID')
  t.match(await disable(`https://sso.localhost:${port}`, false), 'DEPTH_ZERO_SELF_SIGNED_CERT')
})
