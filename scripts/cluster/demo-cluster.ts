/** The demo cluster: who runs where, who may do what. `npm start` and `npm run demo` read it. */

export interface DemoAddresses {
  /** Public addresses, as browsers know them. */
  readonly issuer: string
  readonly orders: string
  readonly reports: string
  readonly live: string
  /** How the processes reach each other: Node does not resolve names below localhost everywhere. */
  readonly at: Readonly<Record<'issuer' | 'orders' | 'reports' | 'live', string>>
  readonly ports: Readonly<Record<'issuer' | 'orders' | 'reports' | 'live', number>>
}

/** Four ports in a row, beginning with the issuer's. */
export function demoAddresses(firstPort: number): DemoAddresses {
  const ports = {
    issuer: firstPort,
    orders: firstPort + 1,
    reports: firstPort + 2,
    live: firstPort + 3,
  }
  const loopback = (port: number) => `http://127.0.0.1:${port}`
  return {
    issuer: `http://sso.localhost:${ports.issuer}`,
    orders: `http://a.localhost:${ports.orders}`,
    reports: `http://b.localhost:${ports.reports}`,
    live: `http://c.localhost:${ports.live}`,
    at: {
      issuer: loopback(ports.issuer),
      orders: loopback(ports.orders),
      reports: loopback(ports.reports),
      live: loopback(ports.live),
    },
    ports,
  }
}

export const DEMO_USERS = [
  { username: 'rita', name: 'Rita Reader', role: 'reader', may: 'may read' },
  { username: 'walter', name: 'Walter Writer', role: 'writer', may: 'may read and write' },
  { username: 'ada', name: 'Ada Admin', role: 'admin', may: 'may do everything' },
] as const

export type DemoUser = (typeof DEMO_USERS)[number]['username']

export interface DemoSecrets {
  readonly passwords: Readonly<Record<DemoUser, string>>
  readonly clientSecrets: Readonly<Record<'orders' | 'reports' | 'live', string>>
  readonly cookieSecrets: Readonly<Record<'orders' | 'live', string>>
  /** Of the issuer, when it runs on Redis; embedded it makes its own. */
  readonly masterKey: string
}

/** The program `npm run demo`: a native app, which cannot keep a secret (RFC 8252). */
export const DEMO_CLIENT = { id: 'demo', redirectUri: 'http://127.0.0.1/demo' } as const

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The settings of the issuer, in the form of `latchkey.yaml`. */
export function demoSettings(addresses: DemoAddresses, secrets: DemoSecrets, dataDir: string) {
  const { issuer, orders, reports, live } = addresses
  return {
    issuer,
    data_dir: dataDir,
    listen: { host: '127.0.0.1', port: addresses.ports.issuer },
    // Where the apps take their logout tokens: this machine, without TLS.
    outgoing: { allow: [orders, live].map((app) => new URL(app).hostname) },
    log: { level: 'warn' },
    services: [
      { audience: orders, name: 'Orders', clients: ['orders'] },
      { audience: reports, name: 'Reports', clients: ['reports'] },
      { audience: live, name: 'Live', clients: ['live'] },
    ],
    clients: [
      {
        client_id: 'orders',
        client_name: 'Orders',
        secret: secrets.clientSecrets.orders,
        redirect_uris: [`${orders}/login/callback`],
        post_logout_redirect_uris: [`${orders}/logout`],
        backchannel_logout_uri: `${orders}/login/backchannel`,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
        services: [orders, reports, live],
        first_party: true,
        grants: { [live]: ['POST /events'] },
      },
      {
        client_id: 'reports',
        client_name: 'Reports',
        secret: secrets.clientSecrets.reports,
        grant_types: ['client_credentials'],
        services: [orders, live],
        first_party: true,
        grants: { [orders]: ['GET /orders'], [live]: ['POST /events'] },
      },
      {
        client_id: 'live',
        client_name: 'Live',
        secret: secrets.clientSecrets.live,
        redirect_uris: [`${live}/login/callback`],
        post_logout_redirect_uris: [`${live}/logout`],
        backchannel_logout_uri: `${live}/login/backchannel`,
        services: [live],
        first_party: true,
      },
      {
        client_id: DEMO_CLIENT.id,
        client_name: 'npm run demo',
        token_endpoint_auth_method: 'none',
        redirect_uris: [DEMO_CLIENT.redirectUri],
        services: [orders, reports, live],
        first_party: true,
      },
    ],
    roles: demoRoles(addresses),
    users: DEMO_USERS.map(({ username, name, role }) => ({
      username,
      name,
      roles: [role],
      password: secrets.passwords[username],
    })),
  }
}

function demoRoles({ issuer, orders, reports, live }: DemoAddresses) {
  const read = {
    [orders]: ['GET /orders', 'GET /orders/:id', 'GET /summary'],
    [reports]: ['GET /reports/*'],
    [live]: ['GET /live', 'GET /socket'],
  }
  const everything = ['* /*']
  return [
    { name: 'reader', description: 'May look at everything', grants: read },
    {
      name: 'writer',
      description: 'May place orders and publish reports',
      grants: {
        ...read,
        [orders]: ['GET /orders', 'GET /orders/:id', 'GET /summary', 'POST /orders'],
        [reports]: ['GET /reports/*', 'POST /reports/:id/publish'],
      },
    },
    {
      name: 'admin',
      description: 'May do everything',
      grants: {
        [orders]: everything,
        [reports]: everything,
        [live]: everything,
        [issuer]: ['* /admin/v1/*'],
      },
    },
  ]
}
