import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttributeRule, DeclaredDirectory, Directory, NewClient } from '@latchkey/directory'
import { LIMITS, type Scheduler, systemRandom } from '@latchkey/protocol'
import { openSqliteStore, type Store } from '@latchkey/store'
import { deriveKey } from '@latchkey/tokens'
import type { FastifyBaseLogger, FastifyInstance, LightMyRequestResponse } from 'fastify'
import { buildIssuer, type Issuer } from '../src/app.ts'
import { declare, publishDeclared } from '../src/declare.ts'
import type { End } from '../src/ending/end.ts'
import { clientSecretSealing } from '../src/keys/client-secret-sealing.ts'
import type { Settings } from '../src/settings/settings.ts'
import { checkAnswers } from './fixtures/checked-answers.ts'
import { openTestDirectory } from './fixtures/test-directory.ts'
import { passwordOf, type TestBrowser, testBrowser } from './test-browser.ts'

export { hiddenFields } from './hidden-fields.ts'
export { answerOf, isConsent, passwordOf, type TestBrowser } from './test-browser.ts'

import type { TokenResponseHook } from '../src/token-api/token-response-hook.ts'

export const ISSUER = 'http://sso.localhost:4000'
export const ORDERS = 'http://a.localhost:4001'
export const REPORTS = 'http://b.localhost:4002'
export const CALLBACK = `${ORDERS}/login/callback`
export const SECRET = 'secret-secret-secret-secret-secret-secret'
export const MASTER_KEY = Buffer.alloc(32, 7)
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

/** Two services, a web app, a public client, somebody else's app, a machine, two machines of operators and three people. */
export const DECLARED: DeclaredDirectory = {
  services: [
    { audience: ORDERS, name: 'Orders', clients: ['orders'] },
    { audience: REPORTS, name: 'Reports', clients: ['reports'] },
  ],
  roles: [
    {
      name: 'reader',
      grants: { [ORDERS]: ['GET /orders', 'GET /orders/:id'], [REPORTS]: ['GET /reports/*'] },
    },
    { name: 'admin', grants: { [ISSUER]: ['* /admin/v1/*'] } },
  ],
  clients: [
    {
      id: 'orders',
      name: 'Orders <&"',
      secret: SECRET,
      redirectUris: [CALLBACK, `${ORDERS}/cb?tenant=1`],
      postLogoutRedirectUris: [`${ORDERS}/`],
      grantTypes: [
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:token-exchange',
      ],
      services: [ORDERS, REPORTS],
      firstParty: true,
      grants: { [REPORTS]: ['GET /reports/daily'] },
    },
    {
      id: 'reports',
      secret: SECRET,
      grantTypes: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      services: [ORDERS],
      grants: { [ORDERS]: ['GET /orders'] },
    },
    {
      id: 'native',
      redirectUris: ['http://127.0.0.1/done'],
      grantTypes: ['authorization_code', 'refresh_token'],
      authMethod: 'none',
      firstParty: true,
    },
    {
      id: 'foreign',
      name: 'Foreign',
      secret: SECRET,
      authMethod: 'client_secret_post',
      redirectUris: ['https://foreign.example/cb'],
      requirePkce: false,
    },
    {
      id: 'operator',
      secret: SECRET,
      grantTypes: ['client_credentials'],
      services: [ISSUER],
      grants: { [ISSUER]: ['* /admin/v1/*'] },
    },
    {
      id: 'support',
      secret: SECRET,
      grantTypes: ['client_credentials'],
      services: [ISSUER],
      grants: { [ISSUER]: ['POST /introspect'] },
    },
  ],
  users: [
    {
      username: 'ada',
      name: 'Ada',
      email: 'ada@example.com',
      password: 'ada-ada-ada',
      roles: ['reader'],
    },
    { username: 'bob', name: 'Bob', password: 'bob-bob-bob' },
    { username: 'eve', name: 'Eve', password: 'eve-eve-eve', disabled: true },
  ],
}

export interface TestIssuer {
  readonly app: FastifyInstance
  readonly store: Store
  readonly directory: Directory
  readonly end: End
  readonly tell: Issuer['tell']
  readonly verifiers: Issuer['verifiers']
  /** Moves both clocks. */
  advance(seconds: number): void
  /** Moves the wall clock alone, as somebody does who sets it. */
  setClock(seconds: number): void
  now(): number
  /** A browser with a cookie jar of its own. */
  browser(): TestBrowser
  /** POST of a form with client_secret_basic. */
  post(
    path: string,
    form: Record<string, string>,
    clientId?: string,
  ): Promise<LightMyRequestResponse>
  sub(username: string): Promise<string>
  /** Somebody more, with a password as the others have them. Does nothing the second time. */
  addPerson(username: string): Promise<void>
  /** Changes what a client is registered with. */
  changeClient(id: string, change: Partial<NewClient>): Promise<void>
  close(): Promise<void>
}

export interface TestIssuerOptions {
  /** Default: SQLite in a temporary folder. */
  readonly store?: Store
  /** Of SQLite. Default: in memory, or in an empty database (fixtures/test-directory.ts). */
  readonly directoryFile?: string
  /** What the issuer is given instead of the directory, once everything is declared. */
  readonly around?: (directory: Directory) => Directory
  /** What the issuer is given instead of the store. */
  readonly aroundStore?: (store: Store) => Store
  /** Default: real time. */
  readonly scheduler?: Scheduler
  /** Default: nothing is logged. */
  readonly log?: FastifyBaseLogger
  /** Default: optional. */
  readonly dpopNonce?: 'optional' | 'required'
  /** Default: an hour without use, a day in all. */
  readonly session?: Settings['session']
  /** Default: with an initial access token. */
  readonly registration?: Settings['registration']
  /** What is kept about people besides. Default: nothing. */
  readonly attributes?: readonly AttributeRule[]
  /** A proxy at this address passes certificates in `x-client-cert`. Default: none. */
  readonly trustedProxy?: string
  /** Other systems whose security events are heard. Default: none. */
  readonly signalSources?: Settings['signalSources']
  /** Default: nothing is added to answers of the JSON API. */
  readonly tokenResponse?: TokenResponseHook
}

/** An issuer on a real store (SQLite unless another is given) and directory, with a clock that stands still. */
export async function testIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-issuer-'))
  // Today, because Redis lets things expire by its own clock; on a whole second, so that limits are exact.
  const times = { ms: Math.floor(Date.now() / 1000) * 1000, monotonic: 1000 }
  const clock = { nowMs: () => times.ms, monotonicMs: () => times.monotonic }
  const store = options.store ?? (await openSqliteStore({ file: join(folder, 'store.db'), clock }))
  const directory = await openTestDirectory(options.directoryFile, {
    clock,
    random: systemRandom,
    hashing: { cost: { memoryKiB: 64, passes: 1, lanes: 1 } },
    sealing: clientSecretSealing(MASTER_KEY, systemRandom),
    auditKey: deriveKey(MASTER_KEY, 'latchkey/audit/v1'),
    ...(options.attributes && { attributes: options.attributes }),
  })
  const applied = await declare(DECLARED, [], {
    issuer: ISSUER,
    directory,
    clock,
    accessTokenSeconds: LIMITS.accessTokenSeconds,
  })
  const settings = {
    issuer: ISSUER,
    masterKey: MASTER_KEY,
    session: options.session ?? { idleSeconds: 3600, absoluteSeconds: 86_400 },
    tokens: {
      accessSeconds: LIMITS.accessTokenSeconds,
      refreshGraceSeconds: LIMITS.refreshGraceSeconds,
      codeSeconds: LIMITS.codeSeconds,
      dpopNonce: options.dpopNonce ?? ('optional' as const),
    },
    feed: { leaseMs: LIMITS.leaseMs },
    registration: options.registration ?? { mode: 'token' as const, services: [] },
    outgoing: { allow: ['localhost', 'orders.localhost', '127.0.0.1'] },
    languages: ['en', 'zh-CN'] as const,
    ...(options.trustedProxy && { tlsClientHeader: 'x-client-cert' }),
    simplejwtClient: 'native',
    ...(options.attributes && { attributes: [...options.attributes] }),
    ...(options.signalSources && { signalSources: options.signalSources }),
  }
  const { app, end, tell, verifiers } = await buildIssuer({
    settings,
    store: options.aroundStore?.(store) ?? store,
    directory: options.around?.(directory) ?? directory,
    clock,
    random: systemRandom,
    scheduler: options.scheduler,
    log: options.log,
    tokenResponse: options.tokenResponse,
    ...(options.trustedProxy && { trustedProxies: [options.trustedProxy] }),
  })
  checkAnswers(app)
  await app.ready()
  await publishDeclared(applied, tell)
  return {
    app,
    store,
    directory,
    end,
    tell,
    verifiers,
    advance: (seconds) => {
      times.ms += seconds * 1000
      times.monotonic += seconds * 1000
    },
    setClock: (seconds) => {
      times.ms += seconds * 1000
    },
    now: () => Math.floor(times.ms / 1000),
    browser: () => testBrowser(app, AUTHORIZE),
    post: (path, form, clientId = 'orders') =>
      app.inject({
        method: 'POST',
        url: path,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${clientId}:${SECRET}`).toString('base64')}`,
        },
        payload: new URLSearchParams(form).toString(),
      }),
    sub: async (username) => (await directory.users.findByUsername(username))?.sub ?? '',
    changeClient: async (id, change) => {
      const client = await directory.clients.find(id)
      if (!client) throw new Error(`no client ${id}`)
      await directory.clients.save({ ...client, ...change })
    },
    addPerson: async (username) => {
      if (await directory.users.findByUsername(username)) return
      await directory.users.create({ username, password: passwordOf(username) })
    },
    close: async () => {
      await app.close()
      await directory.close()
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export const AUTHORIZE = {
  client_id: 'orders',
  redirect_uri: CALLBACK,
  response_type: 'code',
  scope: 'openid profile email',
  state: 'state-1',
  nonce: 'nonce-1',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}
