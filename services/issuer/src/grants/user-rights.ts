import type { Client, Directory, Service, User } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'

export interface UserRights {
  readonly user: User
  readonly service: Service
  readonly routes: readonly string[]
}

export type RightsDirectory = {
  readonly users: Pick<Directory['users'], 'find' | 'routesAt'>
  readonly services: Pick<Directory['services'], 'find'>
}

/**
 * What this person may do at this service now. Called after the log position was read and without any cache in between,
 * or a change could slip through (DESIGN section 5).
 */
export async function userRights(
  sub: string,
  client: Client,
  audience: string,
  issuer: string,
  directory: RightsDirectory,
): Promise<UserRights> {
  const user = await directory.users.find(sub)
  if (!user) throw new OAuthError('invalid_grant', 'user_unknown')
  if (user.disabled) throw new OAuthError('invalid_grant', 'user_disabled')
  if (audience !== issuer && !client.services.includes(audience)) {
    throw new OAuthError('invalid_grant', 'audience_no_longer_allowed')
  }
  const service = await livingService(audience, directory)
  return { user, service, routes: await directory.users.routesAt(sub, audience) }
}

export async function livingService(
  audience: string,
  directory: Pick<RightsDirectory, 'services'>,
): Promise<Service> {
  const service = await directory.services.find(audience)
  if (!service) throw new OAuthError('invalid_target', 'service_unknown')
  if (service.disabled) throw new OAuthError('invalid_target', 'service_disabled')
  return service
}
