/** `npm run demo`: plays the story against the running cluster, or against one that it starts for itself. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { demoAddresses } from '../cluster/demo-cluster.ts'
import { demoSecrets } from '../cluster/demo-secrets.ts'
import { firstPort } from '../cluster/first-port.ts'
import { areFree, assertFree } from '../cluster/free-ports.ts'
import { startProcesses } from '../cluster/processes.ts'
import { play } from './play.ts'

const HELP = `
npm run demo                          against what npm start runs, or a cluster of its own
npm run demo -- --redis redis://…     a cluster of its own, with its sessions in Redis

Exits with 1 when a step does not hold. LATCHKEY_PORT moves the ports, as for npm start.
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
  const dataDir = resolve(process.env['LATCHKEY_DATA_DIR'] ?? '.latchkey')
  const addresses = demoAddresses(firstPort(process.env['LATCHKEY_PORT']))
  const running =
    existsSync(join(dataDir, 'demo.json')) && !(await areFree([addresses.ports.issuer]))
  if (running && redisUrl === undefined) {
    print('Playing against the cluster that is running.')
    return await play({ addresses, secrets: demoSecrets(dataDir), dataDir, print })
  }
  return await playAlone(redisUrl)
}

async function playAlone(redisUrl: string | undefined): Promise<boolean> {
  print(`Starting a cluster ${redisUrl === undefined ? 'on SQLite' : 'on Redis'} …`)
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-demo-'))
  const addresses = demoAddresses(OWN_PORT)
  await assertFree(Object.values(addresses.ports))
  const secrets = demoSecrets(dataDir)
  const cluster = await startProcesses({
    addresses,
    secrets,
    dataDir,
    ...(redisUrl !== undefined && { redisUrl }),
  })
  try {
    return await Promise.race([play({ addresses, secrets, dataDir, print }), cluster.ended])
  } finally {
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
