/** `npm start`: the issuer and the three sample services, with everything they need, until Ctrl-C. */
import { resolve } from 'node:path'
import process from 'node:process'
import { banner } from './cluster/banner.ts'
import { demoAddresses } from './cluster/demo-cluster.ts'
import { demoSecrets } from './cluster/demo-secrets.ts'
import { firstPort } from './cluster/first-port.ts'
import { assertFree } from './cluster/free-ports.ts'
import { interruption } from './cluster/interruption.ts'
import { patience } from './cluster/patience.ts'
import { ProcessEnded } from './cluster/process-ended.ts'
import { type ClusterOptions, startProcesses } from './cluster/processes.ts'

const print = (line: string) => process.stdout.write(`${line}\n`)
try {
  await run(await options(process.env))
} catch (error) {
  process.exitCode = 1
  const said = error instanceof ProcessEnded && error.saidWhy
  if (!said) process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
}

async function options(env: NodeJS.ProcessEnv): Promise<ClusterOptions> {
  const dataDir = resolve(env['LATCHKEY_DATA_DIR'] || '.latchkey')
  const addresses = demoAddresses(firstPort(env['LATCHKEY_PORT']))
  await assertFree(Object.values(addresses.ports))
  const redisUrl = env['LATCHKEY_REDIS_URL']
  return { addresses, secrets: demoSecrets(dataDir), dataDir, ...(redisUrl && { redisUrl }) }
}

async function run(options: ClusterOptions): Promise<void> {
  const interrupted = interruption()
  const cluster = startProcesses(options)
  interrupted.onSecond(cluster.kill)
  const stopWaiting = patience(print, cluster.waitingFor)
  try {
    await Promise.race([cluster.ready, cluster.ended, interrupted.first])
    stopWaiting()
    if (cluster.waitingFor().length === 0) {
      const seconds = performance.now() / 1000
      print(banner({ ...options, seconds, onRedis: options.redisUrl !== undefined }))
      await Promise.race([cluster.ended, interrupted.first])
    }
    print('\nstopping …')
  } finally {
    stopWaiting()
    await cluster.stop()
  }
  print('stopped')
}
