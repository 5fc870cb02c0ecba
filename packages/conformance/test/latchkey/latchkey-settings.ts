/** The settings file of the Latchkey that is tested: what an operator would write, as JSON (which is YAML). */
import { createHash } from 'node:crypto'
import { publicKeys, RESOURCES, type RegisteredClient } from '../fixtures/registered-clients.ts'

const [ORDERS, REPORTS, SECRETS] = RESOURCES

export interface LatchkeyOptions {
  /** Default: its own address. */
  readonly issuer?: string
  readonly port: number
  readonly clients: readonly RegisteredClient[]
  readonly codeSeconds: number
  readonly redisUrl?: string
}

export function latchkeySettings(options: LatchkeyOptions) {
  const { port, clients, codeSeconds, redisUrl } = options
  const { issuer = `http://127.0.0.1:${port}` } = options
  return {
    issuer,
    data_dir: 'data',
    ...(redisUrl !== undefined && { redis_url: redisUrl, master_key: MASTER_KEY }),
    listen: { host: '127.0.0.1', port },
    tokens: { code_seconds: codeSeconds },
    outgoing: { allow: ['127.0.0.1'] },
    registration: { mode: 'token' },
    log: { level: 'silent' },
    services: [
      { audience: ORDERS, name: 'Orders', alg: 'ES256', clients: ['exchange'] },
      { audience: REPORTS, name: 'Reports' },
      { audience: SECRETS, name: 'Secrets' },
    ],
    roles: [
      { name: 'reader', grants: { [ORDERS]: ['GET /orders/*'], [REPORTS]: ['GET /reports/*'] } },
    ],
    clients: clients.map((client) => declared(client, issuer)),
    users: [
      {
        username: 'ada',
        name: 'Ada Lovelace',
        given_name: 'Ada',
        email: 'ada@example.com',
        email_verified: true,
        phone_number: '+442079460000',
        address: { formatted: '12 St James Square, London' },
        roles: ['reader'],
        password: 'password-of-ada',
      },
      { username: 'bob', name: 'Bob', roles: ['reader'], password: 'password-of-bob' },
    ],
  }
}

/** Only for these tests. */
const MASTER_KEY = createHash('sha256').update('only for tests').digest('base64')

/** What some roles may do besides what their metadata says. */
function rightsOf(role: RegisteredClient['role'], issuer: string) {
  switch (role) {
    case 'resource':
      return { services: [ORDERS, REPORTS] }
    case 'details':
      return { services: [ORDERS] }
    case 'machine':
      return { services: [ORDERS], grants: { [ORDERS]: ['GET /orders/*'] } }
    case 'exchange':
      return { services: [REPORTS] }
    case 'caller':
      return { services: [issuer], grants: { [issuer]: ['POST /introspect'] } }
    case 'no_pkce':
      return { require_pkce: false }
    default:
      return {}
  }
}

function declared({ role, metadata, keys }: RegisteredClient, issuer: string) {
  const {
    client_secret: secret,
    scope: _scope,
    backchannel_logout_session_required: _always,
    ...rest
  } = metadata
  return {
    ...rest,
    ...(secret !== undefined && { secret }),
    ...(keys && { jwks: publicKeys(keys) }),
    first_party: role !== 'consent',
    ...rightsOf(role, issuer),
  }
}
