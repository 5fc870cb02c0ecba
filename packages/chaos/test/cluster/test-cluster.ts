/** A cluster of programs on free ports: Redis, two issuers, two programs with services, and links between them. */

import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FaultKind, Plan } from '../../src/index.ts'
import { redisProgram, replicationIsHealthy, sentinelProgram } from './redis-programs.ts'
import type { PlantedInVerifier, ServiceProgram } from './service.ts'

const ISSUER = 'http://sso.localhost'
const LEASE_MS = 500
const NODE = [process.execPath, '-C', '@latchkey/source', '--disable-warning=ExperimentalWarning']
type ProcessPlan = Plan['processes'][number]

const MAIN = fileURLToPath(new URL('main.ts', import.meta.resolve('@latchkey/issuer')))
const DROPPING = fileURLToPath(new URL('dropping-issuer.ts', import.meta.url))
const SERVICE = fileURLToPath(new URL('service.ts', import.meta.url))
/** 32 bytes that pass for random. */
const MASTER_KEY = 'q83vEjRWeJq83vEjRWeJAbCdEf0123456789-_xyzZY'

const PEOPLE = ['ada', 'bob', 'cai', 'dov', 'eva', 'fay', 'gil', 'hua', 'ida', 'jon']
const secretOf = (name: string) => `secret-of-${name}-in-the-tests-of-chaos-only`

export interface ClusterWishes {
  readonly faults: readonly FaultKind[]
  readonly rounds?: number
  readonly planted?: PlantedInVerifier | 'drops_entries'
  /** Redis with two replicas and a sentinel; without, one Redis, and the second issuer reaches it through a link. */
  readonly sentinel?: boolean
  /** How many services, each with a verifier of its own; even. Default 2. */
  readonly services?: number
}

/** A plan that `runChaos` can run, and its folder, which goes when the test is over. */
export async function testCluster(
  t: { teardown(work: () => void): void },
  wishes: ClusterWishes,
): Promise<Plan> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-chaos-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const count = wishes.services ?? 2
  const ports = await freePorts(9 + count)
  const take = () => ports.pop() ?? 0
  const issuers = [take(), take()] as const
  const feeds = [take(), take()] as const
  const services = Array.from({ length: count }, (_, number) => ({
    audience: `http://service-${number}.localhost`,
    issuerAddress: address(feeds[number % 2] ?? 0),
    clientId: `service-${number}`,
    clientSecret: secretOf(`service-${number}`),
    port: take(),
  }))
  const store = wishes.sentinel ? sentinelStore(folder, take) : singleStore(folder, take)
  const planted = wishes.planted === 'drops_entries' ? undefined : wishes.planted
  const program = wishes.planted === 'drops_entries' ? DROPPING : MAIN
  const issuer = (number: 0 | 1): ProcessPlan => {
    const file = join(folder, `issuer-${number}.yaml`)
    const own = { data_dir: folder, listen: at(issuers[number]), ...store.settings }
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ ...settings(services), ...own }), { mode: 0o600 })
    return {
      name: `issuer ${number}`,
      command: [...NODE, program, file],
      env: { LATCHKEY_REDIS_URL: store.url(number), LATCHKEY_MASTER_KEY: MASTER_KEY },
      ready: `${address(issuers[number])}/healthz`,
      supervised: false,
    }
  }
  const servicesOf = (number: 0 | 1): ProcessPlan => {
    const own = services.filter((_, index) => index % 2 === number)
    const facts: ServiceProgram = { issuer: ISSUER, services: own, ...(planted && { planted }) }
    return {
      name: `services ${number}`,
      command: [...NODE, SERVICE, JSON.stringify(facts)],
      ready: `${address(own.at(-1)?.port ?? 0)}/ready`,
      supervised: false,
    }
  }
  return {
    issuer: ISSUER,
    issuerAddresses: issuers.map(address),
    leaseMs: LEASE_MS,
    app: { clientId: 'chaos', clientSecret: secretOf('chaos') },
    operator: { clientId: 'operator', clientSecret: secretOf('operator') },
    people: PEOPLE.map((username) => ({ username, password: secretOf(username) })),
    services: services.map(({ audience, port }) => ({
      ...{ audience, address: address(port), path: '/stock' },
    })),
    links: [
      { name: 'feeds 0', listen: at(feeds[0]), to: at(issuers[0]) },
      { name: 'feeds 1', listen: at(feeds[1]), to: at(issuers[1]) },
      ...store.links,
    ],
    ...(store.healthy && { healthy: store.healthy }),
    processes: [...store.processes, issuer(0), issuer(1), servicesOf(0), servicesOf(1)],
    faults: wishes.faults,
    faultMs: LEASE_MS + 900,
    delayMs: 150,
    ...(wishes.rounds !== undefined && { rounds: wishes.rounds }),
    requestsPerSecond: 80 / count,
    recoverMs: 20_000,
    refreshGraceMs: 60_000,
  }
}

interface StoreParts {
  readonly processes: readonly ProcessPlan[]
  readonly links: Plan['links']
  readonly settings: Readonly<Record<string, unknown>>
  readonly healthy?: readonly string[]
  /** Where the issuer with this number reaches it. */
  url(issuer: 0 | 1): string
}

function singleStore(folder: string, take: () => number): StoreParts {
  const [redis, link] = [take(), take()]
  return {
    processes: [redisProgram('redis', redis, folder)],
    links: [{ name: 'store of issuer 1', listen: at(link), to: at(redis) }],
    settings: {},
    url: (issuer) => `redis://127.0.0.1:${issuer === 0 ? redis : link}`,
  }
}

/** With one replica that must confirm, one of the three may be away. */
function sentinelStore(folder: string, take: () => number): StoreParts {
  const [first, second, third, sentinel] = [take(), take(), take(), take()]
  const master = { name: 'latchkey', port: first }
  return {
    processes: [
      redisProgram('redis 0', first, folder),
      redisProgram('redis 1', second, folder, first),
      redisProgram('redis 2', third, folder, first),
      sentinelProgram('sentinel', sentinel, folder, master),
    ],
    links: [],
    healthy: replicationIsHealthy([first, second, third], sentinel),
    settings: { redis: { sentinels: [`127.0.0.1:${sentinel}`], replicas: 1 } },
    url: () => 'redis://latchkey',
  }
}

function at(port: number) {
  return { host: '127.0.0.1', port }
}

function address(port: number): string {
  return `http://127.0.0.1:${port}`
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
    users: PEOPLE.map((username) => ({
      username,
      password: secretOf(username),
      roles: ['buyer'],
    })),
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  return ports
}
