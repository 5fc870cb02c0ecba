import type { Client, Directory, Rights, StoredService, User } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import { type ConsentScope, consentCovers } from '../authorization/consent.ts'

export interface UserRights {
  readonly client: Client
  readonly user: User
  readonly service: StoredService
  readonly routes: readonly string[]
  /** Second at which the first of them ends: no access token with them may live longer. */
  readonly until?: number
}

const NONE: Rights = { routes: [] }

export type RightsDirectory = {
  readonly users: Pick<Directory['users'], 'find' | 'rightsAt'>
  readonly clients: Pick<Directory['clients'], 'find'>
  readonly services: Pick<Directory['services'], 'find'>
  readonly consents: Pick<Directory['consents'], 'find'>
}

/**
 * What this person may do through this client at this service now. Called after the log position was read and without any
 * cache in between, or a change could slip through (docs/architecture.md): that is why the client, which was read to
 * authenticate it, is read once more.
 */
export async function userRights(
  sub: string,
  clientId: string,
  audience: string,
  issuer: string,
  directory: Omit<RightsDirectory, 'consents'>,
): Promise<UserRights> {
  const client = await livingClient(clientId, directory)
  const user = await directory.users.find(sub)
  if (!user) throw new OAuthError('invalid_grant', 'user_unknown')
  if (user.disabled) throw new OAuthError('invalid_grant', 'user_disabled')
  // Whoever is to choose another password does that at the sign-in page; what was signed in before does not go on either.
  if (user.mustChangePassword) throw new OAuthError('invalid_grant', 'user_must_change_password')
  const named = client.services.includes(audience)
  if (audience !== issuer && !named) {
    throw new OAuthError('invalid_grant', 'audience_no_longer_allowed')
  }
  const service = await livingService(audience, directory)
  // Every app may have a token for the issuer, to ask /userinfo. It opens the admin API only in the hands of a client that
  // was registered for that; otherwise any app that an administrator signs in to could administer.
  const rights = named ? await directory.users.rightsAt(sub, audience) : NONE
  return { client, user, service, ...rights }
}

/**
 * The same where the client asks in its own name, by a code or a refresh token: the person must still allow it. Token exchange
 * does without, because there a service asks that the operator has registered for it, with a token that it was called with.
 */
export async function consentedRights(
  sub: string,
  clientId: string,
  asked: ConsentScope,
  issuer: string,
  directory: RightsDirectory,
): Promise<UserRights> {
  const rights = await userRights(sub, clientId, asked.audience, issuer, directory)
  if (await consentCovers(directory.consents, rights.client, sub, asked)) return rights
  throw new OAuthError('invalid_grant', 'consent_missing')
}

export async function livingClient(
  id: string,
  directory: Pick<RightsDirectory, 'clients'>,
): Promise<Client> {
  const client = await directory.clients.find(id)
  if (!client || client.disabled) throw new OAuthError('invalid_client', 'client_disabled')
  return client
}

export async function livingService(
  audience: string,
  directory: Pick<RightsDirectory, 'services'>,
): Promise<StoredService> {
  const service = await directory.services.find(audience)
  if (!service) throw new OAuthError('invalid_target', 'service_unknown')
  if (service.disabled) throw new OAuthError('invalid_target', 'service_disabled')
  return service
}
