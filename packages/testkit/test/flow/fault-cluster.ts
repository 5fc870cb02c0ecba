import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { freePort } from '../../src/free-port.ts'
import { exchange, type HttpAnswer, type HttpBrowser, httpBrowser } from '../../src/index.ts'
import { ISSUER, type IssuerCalls, issuerCalls, TELLER } from './issuer-calls.ts'
import { type IssuerProcess, issuerProcess } from './issuer-process.ts'
import { type Shop, shop } from './shop.ts'
import { until } from './until.ts'

export const SHOP = 'http://shop.localhost'

/** One issuer process, what can be asked of it, and a shop whose feed comes from it. */
export interface Site {
  readonly process: IssuerProcess
  readonly calls: IssuerCalls
  readonly shop: Shop
  /** GET /stock, the closed route of the shop. */
  stock(accessToken: string): Promise<HttpAnswer>
  /** The public route of the shop. */
  front(): Promise<HttpAnswer>
  /** A browser that finds this issuer and this shop. */
  browser(): HttpBrowser
  /** Resolves when the shop's verifier is connected and has a lease. */
  ready(): Promise<void>
}

export interface FaultOptions {
  readonly redisUrl?: string
  /** By which the first issuer reaches the same Redis. Default: as the others. */
  readonly firstRedisUrl?: string
  readonly directoryUrl?: string
  readonly leaseMs: number
  readonly issuers?: number
  /** Where the teller takes its logout tokens, on this machine. */
  readonly backchannel?: string
}

const secretOf = (clientId: string) => `secret-of-${clientId}-in-the-fault-tests`
const passwordOf = (username: string) => `password-of-${username}`

/**
 * Issuers as processes of their own on one store and one data folder, on the real clock. Each has a shop, which runs here, so
 * that a test sees what its verifier knows.
 */
export async function faultCluster(
  t: Pick<Test, 'teardown'>,
  options: FaultOptions,
): Promise<readonly [Site, ...Site[]]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-faults-'))
  const opened: (() => Promise<unknown>)[] = []
  t.teardown(async () => {
    for (const close of opened.reverse()) await close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const { redisUrl, directoryUrl } = options
  const env: Record<string, string> = {
    ...(directoryUrl !== undefined && { LATCHKEY_DIRECTORY_URL: directoryUrl }),
    ...((redisUrl ?? directoryUrl) !== undefined && { LATCHKEY_MASTER_KEY: MASTER_KEY }),
  }

  async function open(redisUrl = options.redisUrl): Promise<Site> {
    const port = await freePort()
    const own = { ...env, ...(redisUrl !== undefined && { LATCHKEY_REDIS_URL: redisUrl }) }
    const process = issuerProcess({ port, dataDir, settings: settings(options), env: own })
    opened.push(process.kill)
    await process.start()
    const shopPort = await freePort()
    const service = await shop({
      issuer: ISSUER,
      issuerPort: port,
      url: SHOP,
      port: shopPort,
      clientId: 'shop',
      clientSecret: secretOf('shop'),
    })
    opened.push(service.close)
    const hosts = new Map([
      ['sso.localhost', port],
      ['shop.localhost', shopPort],
    ])
    const get = (path: string, headers: Readonly<Record<string, string>>) =>
      exchange({ port: shopPort, host: 'shop.localhost', path, method: 'GET', headers })
    return {
      process,
      calls: issuerCalls({ port, secretOf, passwordOf }),
      shop: service,
      stock: (token) => get('/stock', { authorization: `Bearer ${token}` }),
      front: () => get('/', {}),
      browser: () => httpBrowser({ hosts, passwordOf }),
      ready: () =>
        until('the verifier has a lease', () => {
          const { connected, leaseMs } = service.verifier.status()
          return connected && leaseMs > 0
        }),
    }
  }

  const first = await open(options.firstRedisUrl)
  const others: Site[] = []
  for (let number = 1; number < (options.issuers ?? 1); number++) others.push(await open())
  return [first, ...others]
}

/** 32 bytes that pass for random. */
const MASTER_KEY = 'q83vEjRWeJq83vEjRWeJAbCdEf0123456789-_xyzZY'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

function settings({ leaseMs, backchannel }: FaultOptions): Readonly<Record<string, unknown>> {
  return {
    issuer: ISSUER,
    log: { level: 'silent' },
    feed: { lease_ms: leaseMs },
    outgoing: { allow: ['127.0.0.1'] },
    // A process takes seconds to come back on a busy machine; whoever repeats a lost request then is no thief.
    tokens: { refresh_grace_seconds: 60 },
    services: [{ audience: SHOP, name: 'Shop', clients: ['shop'] }],
    clients: [
      {
        client_id: 'shop',
        secret: secretOf('shop'),
        redirect_uris: [`${SHOP}/login/callback`],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
        services: [SHOP],
        first_party: true,
      },
      {
        client_id: TELLER.id,
        secret: secretOf(TELLER.id),
        redirect_uris: [TELLER.callback],
        ...(backchannel !== undefined && { backchannel_logout_uri: backchannel }),
        services: [SHOP],
        first_party: true,
      },
      {
        client_id: 'operator',
        secret: secretOf('operator'),
        grant_types: ['client_credentials'],
        services: [ISSUER],
        first_party: true,
        grants: { [ISSUER]: ['* /admin/v1/*'] },
      },
    ],
    roles: [{ name: 'buyer', grants: { [SHOP]: ['GET /stock'] } }],
    users: ['ada', 'bob', 'cai'].map((username) => ({
      username,
      password: passwordOf(username),
      roles: ['buyer'],
    })),
  }
}
