/** A whole cluster in one process: the real issuer, real services, a clock that is moved by hand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Directory, openPostgresDirectory, openSqliteDirectory } from '@latchkey/directory'
import {
  buildIssuer,
  clientSecretSealing,
  declare,
  type End,
  type Issuer,
  publishDeclared,
} from '@latchkey/issuer'
import { type EndReason, type EndTarget, LIMITS, nowSeconds, type Random } from '@latchkey/protocol'
import { connectRedisStore, openSqliteStore, type SessionRecord, type Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { ClusterOptions, ServiceEnvironment } from './cluster-options.ts'
import { declaredCluster, ISSUER, urlOf } from './declared-cluster.ts'
import { freePort } from './free-port.ts'
import { type HttpBrowser, httpBrowser } from './http-browser.ts'
import { seededRandom } from './seeded-random.ts'
import { type TestClock, testClock } from './test-clock.ts'
import { untilApplied } from './until-applied.ts'
import { untilLeased } from './until-leased.ts'

export interface Cluster {
  readonly clock: TestClock
  /** Public host to port on 127.0.0.1: `sso.localhost`, `<service>.localhost`. */
  readonly hosts: ReadonlyMap<string, number>
  readonly issuer: {
    readonly url: string
    readonly address: string
    readonly app: FastifyInstance
    readonly end: End
    readonly directory: Directory
    readonly store: Store
  }
  /** Moves the clock, and waits until every service has a lease again: those of before have ended by it. */
  advance(seconds: number): Promise<void>
  /** What the service was built as. */
  service(name: string): FastifyInstance
  /** A browser of its own; `language` is its Accept-Language. */
  browser(language?: string): HttpBrowser
  passwordOf(username: string): string
  sub(username: string): Promise<string>
  sessionsOf(username: string): Promise<SessionRecord[]>
  /** Ends something as an admin does; resolves when every service has applied it. */
  end(target: EndTarget, reason?: EndReason): Promise<void>
  endSession(sid: string): Promise<void>
  endSessionsOf(username: string): Promise<void>
  close(): Promise<void>
}

const MOST_SESSIONS = 200
/** Hashing is not what these tests are about. */
const CHEAPEST_HASH = { memoryKiB: 64, passes: 1, lanes: 1 }

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cluster-'))
  const clock = testClock()
  const random = seededRandom(options.seed ?? 'latchkey')
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const hosts = await portsFor(options)
    const store = options.redisUrl
      ? await connectRedisStore({ url: options.redisUrl })
      : await openSqliteStore({ file: join(folder, 'store.db'), clock })
    opened.push(() => store.close())
    const hashing = { cost: CHEAPEST_HASH }
    const masterKey = random.bytes(32)
    const sealing = clientSecretSealing(masterKey, random)
    const place = options.directoryUrl
    const directory = place
      ? await openPostgresDirectory({ url: place, clock, random, hashing, sealing })
      : await openSqliteDirectory({ file: ':memory:', clock, random, hashing, sealing })
    opened.push(() => directory.close())
    const issuer = await startIssuer({ options, masterKey, store, directory, clock, random, hosts })
    opened.push(() => issuer.app.close())
    const services = await startServices({ options, random, clock, hosts, opened })
    return {
      clock,
      hosts,
      issuer: { ...issuer, url: ISSUER, address: addressOf('sso', hosts), directory, store },
      close,
      ...actions({ directory, store, clock, hosts, issuer }),
      service: (name) => found(services.get(name), name),
      advance: async (seconds) => {
        clock.advance(seconds)
        await untilLeased([...services.values()])
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function portsFor({ services = [] }: ClusterOptions): Promise<Map<string, number>> {
  const hosts = new Map<string, number>()
  for (const name of ['sso', ...services.map((service) => service.name)]) {
    hosts.set(`${name}.localhost`, await freePort())
  }
  return hosts
}

async function startIssuer(parts: {
  options: ClusterOptions
  masterKey: Buffer
  store: Store
  directory: Directory
  clock: TestClock
  random: Random
  hosts: ReadonlyMap<string, number>
}) {
  const { options, masterKey, store, directory, clock, random, hosts } = parts
  const declaration = declaredCluster(options, secretOf, passwordOf)
  const accessTokenSeconds = LIMITS.accessTokenSeconds
  const applied = await declare(declaration, [], {
    issuer: ISSUER,
    directory,
    clock,
    accessTokenSeconds,
  })
  const settings = {
    issuer: ISSUER,
    masterKey,
    session: {
      idleSeconds: LIMITS.sessionIdleSeconds,
      absoluteSeconds: LIMITS.sessionAbsoluteSeconds,
    },
    tokens: {
      accessSeconds: accessTokenSeconds,
      refreshGraceSeconds: LIMITS.refreshGraceSeconds,
      codeSeconds: LIMITS.codeSeconds,
      dpopNonce: 'optional' as const,
    },
    feed: { leaseMs: options.leaseMs ?? LIMITS.leaseMs },
    outgoing: { allow: ['127.0.0.1'] },
    languages: ['en', 'zh-CN'] as const,
  }
  const built = await buildIssuer({ settings, store, directory, clock, random })
  await built.app.listen({ host: '127.0.0.1', port: found(hosts.get('sso.localhost'), 'sso') })
  await publishDeclared(applied, built.tell)
  return built
}

async function startServices(parts: {
  options: ClusterOptions
  random: Random
  clock: TestClock
  hosts: ReadonlyMap<string, number>
  opened: (() => Promise<unknown>)[]
}): Promise<ReadonlyMap<string, FastifyInstance>> {
  const { options, random, clock, hosts, opened } = parts
  const services = new Map<string, FastifyInstance>()
  for (const { name, build } of options.services ?? []) {
    const environment: ServiceEnvironment = {
      issuer: ISSUER,
      issuerAddress: addressOf('sso', hosts),
      baseUrl: urlOf(name),
      clientId: name,
      clientSecret: secretOf(name),
      cookieSecret: random.bytes(32).toString('base64url'),
      clock,
      peer: (other) => ({ url: urlOf(other), address: addressOf(other, hosts) }),
    }
    const built = await build(environment)
    const app = 'app' in built ? built.app : built
    opened.push(() => app.close())
    await app.listen({ host: '127.0.0.1', port: found(hosts.get(`${name}.localhost`), name) })
    services.set(name, app)
  }
  return services
}

function actions(parts: {
  directory: Directory
  store: Store
  clock: TestClock
  hosts: ReadonlyMap<string, number>
  issuer: Issuer
}) {
  const { directory, store, clock, hosts, issuer } = parts
  const end = async (target: EndTarget, reason: EndReason = 'admin') => {
    const actor = { sub: 'svc:testkit', clientId: 'testkit' }
    const outcome = await issuer.end(target, reason, actor)
    await untilApplied(outcome.entries, issuer)
  }
  const sub = async (username: string) =>
    found(await directory.users.findByUsername(username), username).sub
  return {
    passwordOf,
    sub,
    browser: (language?: string) =>
      httpBrowser({ hosts, passwordOf, ...(language !== undefined && { language }) }),
    sessionsOf: async (username: string) =>
      await store.sessions.listByUser(await sub(username), MOST_SESSIONS, nowSeconds(clock)),
    end,
    endSession: (sid: string) => end({ kind: 'session', sid }),
    endSessionsOf: async (username: string) => end({ kind: 'user', sub: await sub(username) }),
  }
}

function addressOf(name: string, hosts: ReadonlyMap<string, number>): string {
  return `http://127.0.0.1:${found(hosts.get(`${name}.localhost`), name)}`
}

function secretOf(name: string): string {
  return `secret-of-the-machine-${name}-in-this-test`
}

function passwordOf(username: string): string {
  return `password-of-${username}`
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`this cluster has no ${name}`)
  return value
}
