import type { Client, Service, StoredKey } from '../directory.ts'

/**
 * The tables as Kysely sees them; `migrations/` creates them. Only types that SQLite and PostgreSQL share: text, and
 * integers for numbers and for yes and no. Lists that are only ever read whole are JSON text. The types are narrower
 * than the columns: nothing gets in unchecked.
 */
export interface Tables {
  users: UserRow
  user_ids: { id: string; issued_at: number }
  user_roles: { user_id: string; role: string }
  roles: { name: string; description: string }
  grants: GrantRow
  clients: ClientRow
  client_services: { client_id: string; audience: string; place: number }
  services: ServiceRow
  service_clients: { audience: string; client_id: string; place: number }
  routes: { audience: string; number: number; method: string; pattern: string; current: Flag }
  audit: AuditRow
  signing_keys: SigningKeyRow
  counters: { name: string; value: number }
  migrations: { number: number; name: string; applied_at: number }
}

/** Neither SQLite nor its driver knows booleans. */
export type Flag = 0 | 1

export interface UserRow {
  id: string
  username: string
  /** See `usernameKey`; unique. */
  username_key: string
  name: string
  email: string | null
  email_verified: Flag
  locale: string | null
  password_hash: string | null
  password_changed_at: number | null
  disabled: Flag
  /** Folded user name, name and email, for `list`. */
  search_text: string
  created_at: number
  updated_at: number
}

export interface ClientRow {
  id: string
  name: string
  secret_hash: string | null
  redirect_uris: string
  post_logout_redirect_uris: string
  backchannel_logout_uri: string | null
  grant_types: string
  auth_method: Client['authMethod']
  require_pkce: Flag
  first_party: Flag
  id_token_alg: Client['idTokenAlg']
  disabled: Flag
}

export interface ServiceRow {
  audience: string
  name: string
  alg: Service['alg']
  key_generation: number
  access_token_seconds: number
  disabled: Flag
  /** The number that the next new route gets. */
  next_route: number
}

export interface GrantRow {
  /** `u_…` for a user, `svc:<id>` for a client, `role:<name>` for a role: see `holderOf`. */
  holder: string
  audience: string
  route_grant: string
}

export interface AuditRow {
  id: number
  at: number
  actor_sub: string
  actor_client_id: string | null
  actor_sid: string | null
  action: string
  target: string
  reason: string
  detail: string
}

export interface SigningKeyRow {
  kid: string
  alg: StoredKey['alg']
  state: StoredKey['state']
  public_jwk: string
  wrapped_private_key: string
  created_at: number
}
