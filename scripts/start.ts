/** `npm start`: the issuer and the three sample services, with everything they need, until Ctrl-C. */
import { resolve } from 'node:path'
import process from 'node:process'
import { InputError } from '@latchkey/protocol'
import {
  DEMO_USERS,
  type DemoAddresses,
  type DemoSecrets,
  demoAddresses,
} from './cluster/demo-cluster.ts'
import { demoSecrets } from './cluster/demo-secrets.ts'
import { firstPort } from './cluster/first-port.ts'
import { assertFree } from './cluster/free-ports.ts'
import { startProcesses } from './cluster/processes.ts'

const startedAt = performance.now()
try {
  const dataDir = resolve(process.env['LATCHKEY_DATA_DIR'] ?? '.latchkey')
  const addresses = demoAddresses(firstPort(process.env['LATCHKEY_PORT']))
  await assertFree(Object.values(addresses.ports))
  const secrets = demoSecrets(dataDir)
  const redisUrl = process.env['LATCHKEY_REDIS_URL']
  const cluster = await startProcesses({
    addresses,
    secrets,
    dataDir,
    ...(redisUrl !== undefined && { redisUrl }),
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(banner(addresses, secrets, seconds, redisUrl !== undefined, dataDir))

  const signal = new Promise<void>((done) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => done())
  })
  const why = await Promise.race([signal, cluster.ended.catch((error: Error) => error)])
  process.stdout.write('\nstopping …\n')
  await cluster.stop()
  if (why instanceof Error) throw why
  process.stdout.write('stopped\n')
} catch (error) {
  process.stderr.write(
    `${error instanceof InputError || error instanceof Error ? error.message : error}\n`,
  )
  process.exitCode = 1
}

function banner(
  addresses: DemoAddresses,
  secrets: DemoSecrets,
  seconds: string,
  onRedis: boolean,
  dataDir: string,
): string {
  const users = DEMO_USERS.map(
    ({ username, may }) => `    ${username.padEnd(8)} ${secrets.passwords[username]}   ${may}`,
  )
  const kept = onRedis ? 'sessions in Redis' : 'embedded: sessions in SQLite'
  return `
  Latchkey is running (${seconds} s; ${kept})

    Orders   ${addresses.orders}   ← begin here
    Reports  ${addresses.reports}   an API, called by Orders
    Live     ${addresses.live}   a page with a WebSocket
    Issuer   ${addresses.issuer}

  Sign in as / 登录用户
${users.join('\n')}

  Data in ${dataDir}. The story as a program: npm run demo
  Ctrl-C ends everything / 按 Ctrl-C 结束
`
}
