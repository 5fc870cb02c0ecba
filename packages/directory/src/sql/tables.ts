import type { EndReason } from '@latchkey/protocol'
import type {
  Client,
  ClientKeyAlg,
  ClientSigningAlg,
  OwnedKind,
  Service,
  ServiceKey,
  StoredKey,
  StreamDelivery,
  StreamStatus,
} from '../directory.ts'

/**
 * The tables as Kysely sees them; `migrations/` creates them. Only types that SQLite and PostgreSQL share: text, and
 * integers for numbers and for yes and no. Lists that are only ever read whole are JSON text. The types are narrower
 * than the columns: nothing gets in unchecked.
 */
export interface Tables {
  users: UserRow
  user_ids: { id: string; issued_at: number }
  groups: GroupRow
  group_members: { group_id: string; user_id: string }
  group_roles: { group_id: string; role: string }
  provisioned_users: ProvisionedRow
  provisioned_groups: ProvisionedRow
  user_looks: { look: string; user_id: string }
  user_roles: { user_id: string; role: string }
  roles: { name: string; description: string }
  grants: GrantRow
  clients: ClientRow
  client_secrets: ClientSecretRow
  removed_clients: { id: string; removed_at: number }
  client_services: { client_id: string; audience: string; place: number }
  services: ServiceRow
  removed_services: { audience: string; key_generation: number; removed_at: number }
  service_keys: ServiceKey & { audience: string }
  service_clients: { audience: string; client_id: string; place: number }
  routes: { audience: string; number: number; method: string; pattern: string }
  catalogue_heads: { audience: string; length: number; hash: string }
  publications: PublicationRow
  audit: AuditRow
  audit_checkpoints: { id: number; digest: string }
  signing_keys: SigningKeyRow
  consents: ConsentRow
  registration_tokens: RegistrationTokenRow
  streams: StreamRow
  stream_exclusions: { stream_id: string; subject: string }
  client_people: { client_id: string; user_id: string }
  owned: OwnedRow
  untold_ends: UntoldEndRow
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
  /** JSON of `UserProfile`. */
  profile: string
  one_time_code_secret: string | null
  must_change_password: Flag
  /** Unique. */
  external_id: string | null
  /** JSON of `UserAttributes`. */
  attributes: string
  created_at: number
  updated_at: number
}

export interface ProvisionedRow {
  /** `sub`, or the id of the group. */
  id: string
  client_id: string
  /** Unique for the client. */
  external_id: string
}

export interface OwnedRow {
  kind: OwnedKind
  id: string
  name: string
  file: string
  applied: Flag
  retired: Flag
}

export interface ClientRow {
  id: string
  name: string
  redirect_uris: string
  post_logout_redirect_uris: string
  backchannel_logout_uri: string | null
  frontchannel_logout_uri: string | null
  frontchannel_session_required: Flag
  grant_types: string
  auth_method: Client['authMethod']
  /** JSON of a JWK set. */
  jwks: string | null
  jwks_uri: string | null
  assertion_alg: ClientKeyAlg | null
  /** JSON of `TlsClientName`. */
  tls_client_name: string | null
  require_pkce: Flag
  require_pushed_requests: Flag
  require_signed_requests: Flag
  request_object_alg: ClientKeyAlg | null
  require_dpop: Flag
  first_party: Flag
  token_api: Flag
  may_impersonate: Flag
  signals: Flag
  id_token_alg: ClientSigningAlg
  userinfo_alg: ClientSigningAlg | null
  introspection_alg: Client['introspectionAlg']
  subject_type: Client['subjectType']
  sector_host: string | null
  default_max_age: number | null
  cors_origins: string
  client_uri: string | null
  policy_uri: string | null
  tos_uri: string | null
  contacts: string
  initiate_login_uri: string | null
  registration_token_hash: string | null
  created_at: number
  disabled: Flag
}

export interface ClientSecretRow {
  /** From a counter: never given twice, and the order of their age. */
  id: number
  client_id: string
  hash: string
  sealed: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

export interface ServiceRow {
  audience: string
  name: string
  alg: Service['alg']
  /** The newest one that was given; which one signs, `service_keys` says. */
  key_generation: number
  access_token_seconds: number
  status_list: Flag
  disabled: Flag
  /** The number that the next new route gets: as many as there are. */
  next_route: number
  catalogue_hash: string
}

export interface PublicationRow {
  audience: string
  /** Hash of the list. */
  version: string
  /** JSON of `PublishedRoute[]`. */
  routes: string
  /** Counts the publications of the service: the greatest one is the latest. */
  turn: number
}

export interface StreamRow {
  id: string
  client_id: string
  status: StreamStatus
  status_reason: string
  method: StreamDelivery['method']
  endpoint: string | null
  sealed_authorization: string | null
  /** JSON list. */
  events_requested: string
  description: string | null
  created_at: number
  updated_at: number
}

export interface UntoldEndRow {
  id: string
  /** JSON of `ChangedTarget`. */
  target: string
  reason: EndReason
  /** JSON of `Actor`. */
  actor: string
  held_until: number
}

export interface GrantRow {
  /** `u_…` for a user, `svc:<id>` for a client, `role:<name>`, `group:<id>`: see `holderOf`. */
  holder: string
  audience: string
  route_grant: string
  until: number | null
}

export interface GroupRow {
  id: string
  name: string
  /** Folded; unique. */
  name_key: string
  description: string
  parent: string | null
  external_id: string | null
  created_at: number
  updated_at: number
}

export interface AuditRow {
  id: number
  at: number
  actor_sub: string
  actor_client_id: string | null
  actor_sid: string | null
  actor_address: string | null
  request_id: string | null
  action: string
  target: string
  reason: string
  /** Canonical JSON (RFC 8785). */
  detail: string
  /** '' of a record from before there was a key. */
  seal: string
  digest: string
}

export interface SigningKeyRow {
  kid: string
  alg: StoredKey['alg']
  state: StoredKey['state']
  public_jwk: string
  wrapped_private_key: string
  created_at: number
  since: number
}

export interface ConsentRow {
  user_id: string
  client_id: string
  granted: string
  declined: string
  audiences: string
  /** Null: every service of the list was allowed whole. */
  routes: string | null
  granted_at: number
  updated_at: number
}

export interface RegistrationTokenRow {
  token_hash: string
  note: string
  expires_at: number
  uses_left: number
  created_at: number
}
