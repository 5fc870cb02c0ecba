import {
  type AppliedDeclaration,
  applyDeclared,
  type DeclaredClient,
  type DeclaredDirectory,
  type Directory,
} from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { End } from './ending/end.ts'
import { shipRoles } from './ship-roles.ts'

export interface DeclareDeps {
  readonly issuer: string
  readonly directory: Directory
  readonly clock: Clock
  readonly accessTokenSeconds: number
}

/**
 * Brings what the settings file declares into the directory, and the issuer itself as a service: the audience of tokens
 * for `/userinfo` and the admin API, so that roles can hold grants there.
 */
export async function declare(
  declared: DeclaredDirectory,
  ownClients: readonly DeclaredClient[],
  deps: DeclareDeps,
): Promise<AppliedDeclaration> {
  const self = { audience: deps.issuer, name: 'Latchkey' }
  const accessTokenSeconds = deps.accessTokenSeconds
  const services = [self, ...(declared.services ?? [])].map((service) => ({
    accessTokenSeconds,
    ...service,
  }))
  const now = nowSeconds(deps.clock)
  const alone = services.slice(0, 1)
  await applyDeclared(deps.directory, { services: alone }, { now })
  await shipRoles(deps.directory, deps.issuer, declared)
  const clients = [...ownClients, ...(declared.clients ?? [])]
  const all = { ...declared, services, clients }
  return await applyDeclared(deps.directory, all, { now: nowSeconds(deps.clock) })
}

/** The directory has changed; now the tokens that speak of what was before are ended. */
export async function publishDeclared(applied: AppliedDeclaration, end: End): Promise<void> {
  const actor = { sub: 'issuer' }
  for (const sub of applied.disabled.users) {
    await end({ kind: 'user', sub }, 'user_disabled', actor)
  }
  for (const clientId of applied.disabled.clients) {
    await end({ kind: 'client', clientId }, 'client_disabled', actor)
  }
  for (const audience of applied.disabled.services) {
    await end({ kind: 'service', audience }, 'service_quarantined', actor)
  }
  for (const about of applied.stale) {
    await end({ kind: 'stale', about }, 'permissions_changed', actor)
  }
}
