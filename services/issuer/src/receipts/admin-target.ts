import type { EndTarget } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false }
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** What administrators may end. `signed_in_before`: every session whose person proved who they are before the second `at`. */
const Targets = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('session'),
      sid: Type.String({ pattern: '^s\\d{1,4}_[A-Za-z0-9_-]{22}$' }),
    },
    closed,
  ),
  Type.Object(
    { kind: Type.Literal('user'), sub: Type.String({ pattern: '^u_[0-9A-HJKMNP-TV-Z]{26}$' }) },
    closed,
  ),
  Type.Object({ kind: Type.Literal('client'), client_id: text(256) }, closed),
  Type.Object({ kind: Type.Literal('service'), audience: text(2048) }, closed),
  Type.Object({ kind: Type.Literal('key'), kid: text(256) }, closed),
  Type.Object({ kind: Type.Literal('stale'), about: text(2048) }, closed),
  Type.Object({ kind: Type.Literal('all') }, closed),
  Type.Object(
    {
      kind: Type.Literal('signed_in_before'),
      at: Type.Integer({ minimum: 1, maximum: 4_102_444_800 }),
    },
    closed,
  ),
])
export type AdminTarget = Static<typeof Targets>
/** The same, looked at by its `kind`: who mistypes a `sub` hears of `sub`, and not of what a session would need. */
export const AdminTarget = Type.Unsafe<AdminTarget>({
  type: 'object',
  required: ['kind'],
  properties: { kind: Type.Enum(Targets.anyOf.map(({ properties }) => properties.kind.const)) },
  discriminator: { propertyName: 'kind' },
  oneOf: Targets.anyOf,
})
export type SingleTarget = Exclude<AdminTarget, { kind: 'signed_in_before' }>

/** Of all reasons those that an administrator can have. */
export const ADMIN_REASONS = [
  'admin',
  'emergency',
  'client_disabled',
  'service_quarantined',
  'key_compromised',
  'permissions_changed',
] as const

export function endTargetOf(target: SingleTarget): EndTarget {
  return target.kind === 'client' ? { kind: 'client', clientId: target.client_id } : target
}

/** The one service whose tokens it is about; undefined: all services hear of it. */
export function concernedAudience(target: AdminTarget): string | undefined {
  if (target.kind === 'service') return target.audience
  if (target.kind !== 'stale') return undefined
  const { about } = target
  return about.startsWith('u_') || about.startsWith('svc:') ? undefined : about
}
