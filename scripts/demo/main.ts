/** `npm run demo`: plays the story against the running cluster, or against one that it starts for itself. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { demoAddresses } from '../cluster/demo-cluster.ts'
import { demoSecrets } from '../cluster/demo-secrets.ts'
import { firstPort } from '../cluster/first-port.ts'
import { assertFree, isFree } from '../cluster/free-ports.ts'
import { interruption } from '../cluster/interruption.ts'
import { patience } from '../cluster/patience.ts'
import { startProcesses } from '../cluster/processes.ts'
import { play } from './play.ts'

const HELP = `
npm run demo                          against what npm start runs, or a cluster of its own
npm run demo -- --redis redis://…     a cluster of its own, with its sessions in Redis

Exits with 1 when a step does not hold. LATCHKEY_PORT moves the ports, as for npm start;
beside it a cluster of its own takes 4500 to 4503.
`
const OWN_PORT = 4500

const print = (line: string) => process.stdout.write(`${line}\n`)
try {
  const { values } = parseArgs({
    options: { redis: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) print(HELP)
  else process.exitCode = (await run(values.redis)) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

async function run(redisUrl: string | undefined): Promise<boolean> {
  const dataDir = resolve(process.env['LATCHKEY_DATA_DIR'] || '.latchkey')
  const addresses = demoAddresses(firstPort(process.env['LATCHKEY_PORT']))
  const running = existsSync(join(dataDir, 'demo.json')) && !(await isFree(addresses.ports.issuer))
  if (running && redisUrl === undefined) {
    print('Playing against the cluster that is running.')
    return await play({ addresses, secrets: demoSecrets(dataDir), dataDir, print })
  }
  return await playAlone(redisUrl)
}

async function playAlone(redisUrl: string | undefined): Promise<boolean> {
  print(`Starting a cluster ${redisUrl === undefined ? 'on SQLite' : 'on Redis'} …`)
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-demo-'))
  try {
    return await playIn(dataDir, redisUrl)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function playIn(dataDir: string, redisUrl: string | undefined): Promise<boolean> {
  const addresses = demoAddresses(firstPort(process.env['LATCHKEY_PORT'] || String(OWN_PORT)))
  await assertFree(Object.values(addresses.ports), 'npm run demo')
  const secrets = demoSecrets(dataDir)
  const interrupted = interruption()
  const cluster = startProcesses({ addresses, secrets, dataDir, ...(redisUrl && { redisUrl }) })
  interrupted.onSecond(cluster.kill)
  const stopWaiting = patience(print, cluster.waitingFor)
  const story = cluster.ready.then(() => {
    stopWaiting()
    return play({ addresses, secrets, dataDir, print })
  })
  try {
    return await Promise.race([story, cluster.ended, interrupted.first.then(() => false)])
  } finally {
    stopWaiting()
    await cluster.stop()
  }
}
