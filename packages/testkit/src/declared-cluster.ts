import type { DeclaredClient, DeclaredDirectory, DeclaredGrants } from '@latchkey/directory'
import type { ClusterOptions, NamedGrants, TestService } from './cluster-options.ts'

export const ISSUER = 'http://sso.localhost'

export function urlOf(name: string): string {
  return `http://${name}.localhost`
}

/** What the settings file of such a cluster would declare. */
export function declaredCluster(
  options: ClusterOptions,
  secretOf: (name: string) => string,
  passwordOf: (username: string) => string,
): DeclaredDirectory {
  const { services = [], roles = [], users = [], clients = [] } = options
  return {
    services: services.map(({ name }) => ({ audience: urlOf(name), name, clients: [name] })),
    clients: [...services.map((service) => clientOf(service, secretOf)), ...clients],
    roles: roles.map(({ name, grants }) => ({ name, grants: byAudience(grants) })),
    users: users.map(({ username, name, roles }) => ({
      username,
      name: name ?? username,
      password: passwordOf(username),
      ...(roles && { roles }),
    })),
  }
}

function clientOf(service: TestService, secretOf: (name: string) => string): DeclaredClient {
  const { name, title = name, web = false, calls = [], grants = {} } = service
  const url = urlOf(name)
  return {
    id: name,
    name: title,
    secret: secretOf(name),
    grantTypes: [
      ...(web ? (['authorization_code', 'refresh_token'] as const) : []),
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    services: [url, ...calls.map(urlOf)],
    firstParty: true,
    grants: byAudience(grants),
    ...(web && {
      redirectUris: [`${url}/login/callback`],
      postLogoutRedirectUris: [`${url}/logout`],
    }),
  }
}

function byAudience(grants: NamedGrants): DeclaredGrants {
  return Object.fromEntries(Object.entries(grants).map(([name, list]) => [urlOf(name), list]))
}
