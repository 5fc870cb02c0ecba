/** A cluster of programs on free ports: Redis, two issuers, services whose feeds and an issuer whose store go through links. */

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FaultKind, Plan } from '../../src/index.ts'
import type { PlantedInVerifier, ServiceProgram } from './service.ts'

const ISSUER = 'http://sso.localhost'
const LEASE_MS = 500
const NODE = [process.execPath, '-C', '@latchkey/source', '--disable-warning=ExperimentalWarning']
const MAIN = fileURLToPath(new URL('main.ts', import.meta.resolve('@latchkey/issuer')))
/** 32 bytes that pass for random. */
const MASTER_KEY = 'q83vEjRWeJq83vEjRWeJAbCdEf0123456789-_xyzZY'

/** What was acknowledged is on the disk: a Redis that forgets at its death signs everybody out. */
const REDIS = 'redis-server --bind 127.0.0.1 --appendonly yes --appendfsync always'.split(' ')

const secretOf = (name: string) => `secret-of-${name}-in-the-tests-of-chaos-only`

export interface ClusterWishes {
  readonly faults: readonly FaultKind[]
  readonly rounds?: number
  readonly planted?: PlantedInVerifier | 'drops_entries'
}

/** A plan that `runChaos` can run, and its folder, which goes when the test is over. */
export async function testCluster(
  t: { teardown(work: () => void): void },
  wishes: ClusterWishes,
): Promise<Plan> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-chaos-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const [redis, issuer1, issuer2, a, b, feedA, feedB, store2] = await freePorts()
  const at = (port: number) => ({ host: '127.0.0.1', port })
  const address = (port: number) => `http://127.0.0.1:${port}`
  const service = (name: string, port: number, feed: number) => ({
    audience: `http://${name}.localhost`,
    issuerAddress: address(feed),
    clientId: name,
    clientSecret: secretOf(name),
    port,
  })
  const services = [service('a', a, feedA), service('b', b, feedB)]
  const issuer = (name: string, port: number, redisPort: number, program: string) => {
    const file = join(folder, `${name}.yaml`)
    const listen = at(port)
    const all = { ...settings(services), data_dir: folder, listen }
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(all), { mode: 0o600 })
    return {
      name,
      command: [...NODE, program, file],
      env: {
        LATCHKEY_REDIS_URL: `redis://127.0.0.1:${redisPort}`,
        LATCHKEY_MASTER_KEY: MASTER_KEY,
      },
      ready: `${address(port)}/healthz`,
      supervised: false,
    }
  }
  const broken = fileURLToPath(new URL('dropping-issuer.ts', import.meta.url))
  const planted = wishes.planted === 'drops_entries' ? undefined : wishes.planted
  const program: ServiceProgram = { issuer: ISSUER, services, ...(planted && { planted }) }
  const plan: Plan = {
    issuer: ISSUER,
    issuerAddresses: [address(issuer1), address(issuer2)],
    leaseMs: LEASE_MS,
    app: { clientId: 'chaos', clientSecret: secretOf('chaos') },
    operator: { clientId: 'operator', clientSecret: secretOf('operator') },
    people: ['ada', 'bob'].map((username) => ({ username, password: secretOf(username) })),
    services: services.map(({ audience, port }) => ({
      audience,
      address: address(port),
      path: '/stock',
    })),
    links: [
      { name: 'feed of a', listen: at(feedA), to: at(issuer1) },
      { name: 'feed of b', listen: at(feedB), to: at(issuer2) },
      { name: 'store of issuer 2', listen: at(store2), to: at(redis) },
    ],
    processes: [
      {
        name: 'redis',
        command: [...REDIS, '--port', `${redis}`, '--dir', folder],
        ready: `tcp://127.0.0.1:${redis}`,
        supervised: false,
      },
      issuer('issuer 1', issuer1, redis, wishes.planted === 'drops_entries' ? broken : MAIN),
      issuer('issuer 2', issuer2, store2, wishes.planted === 'drops_entries' ? broken : MAIN),
      {
        name: 'services',
        command: [
          ...NODE,
          fileURLToPath(new URL('service.ts', import.meta.url)),
          JSON.stringify(program),
        ],
        ready: `${address(b)}/ready`,
        supervised: false,
      },
    ],
    faults: wishes.faults,
    faultMs: LEASE_MS + 900,
    delayMs: 150,
    ...(wishes.rounds !== undefined && { rounds: wishes.rounds }),
    requestsPerSecond: 40,
    recoverMs: 20_000,
    refreshGraceMs: 60_000,
  }
  return plan
}

function settings(services: ServiceProgram['services']): Readonly<Record<string, unknown>> {
  const audiences = services.map(({ audience }) => audience)
  return {
    issuer: ISSUER,
    log: { level: 'silent' },
    feed: { lease_ms: LEASE_MS },
    tokens: { refresh_grace_seconds: 60 },
    services: services.map(({ audience, clientId }) => ({
      audience,
      name: clientId,
      clients: [clientId],
    })),
    clients: [
      ...services.map(({ clientId, clientSecret, audience }) => ({
        client_id: clientId,
        secret: clientSecret,
        grant_types: ['client_credentials'],
        services: [audience],
        first_party: true,
      })),
      {
        client_id: 'chaos',
        secret: secretOf('chaos'),
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: ['http://chaos.localhost/callback'],
        services: audiences,
        first_party: true,
        token_api: true,
      },
      {
        client_id: 'operator',
        secret: secretOf('operator'),
        grant_types: ['client_credentials'],
        services: [ISSUER],
        first_party: true,
        grants: { [ISSUER]: ['POST /admin/v1/ends'] },
      },
    ],
    roles: [
      {
        name: 'buyer',
        grants: Object.fromEntries(audiences.map((audience) => [audience, ['GET /stock']])),
      },
    ],
    users: ['ada', 'bob'].map((username) => ({
      username,
      password: secretOf(username),
      roles: ['buyer'],
    })),
  }
}

type Ports = [number, number, number, number, number, number, number, number]

async function freePorts(): Promise<Ports> {
  const servers = Array.from({ length: 8 }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports as Ports
}
