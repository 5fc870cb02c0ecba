import type { Issuer } from '../issuer/issuer.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import type { OptionalSetting } from '../settings/settings.ts'

/**
 * What a rule needs: a client of this role in the settings, a setting, an endpoint in the metadata, a grant type, a
 * metadata member that is true, or a metadata list that has a value.
 */
export type Need =
  | `client ${ClientRole}`
  | `setting ${OptionalSetting}`
  | `endpoint ${string}`
  | `grant ${string}`
  | `flag ${string}`
  | `member ${string}`
  | `lists ${string} ${string}`

/** Why the rule cannot be tested here; undefined when everything is there. */
export function unmet(needs: readonly Need[], issuer: Issuer): string | undefined {
  for (const need of needs) {
    const reason = reasonAgainst(need, issuer)
    if (reason !== undefined) return reason
  }
  return undefined
}

function reasonAgainst(need: Need, { metadata, settings }: Issuer): string | undefined {
  const [kind, name = '', value = ''] = need.split(' ')
  switch (kind) {
    case 'client':
      if (settings.clients[name as ClientRole] !== undefined) return undefined
      return `the settings have no client "${name}"`
    case 'setting':
      if (settings[name as OptionalSetting] !== undefined) return undefined
      return `the settings have no "${name}"`
    case 'endpoint':
      if (typeof metadata[name] === 'string') return undefined
      return `the issuer has no ${name}`
    case 'grant':
      return lists(metadata['grant_types_supported'], name)
        ? undefined
        : `the issuer does not offer the grant type ${name}`
    case 'member':
      return metadata[name] === undefined ? `the issuer has no ${name}` : undefined
    case 'flag':
      return metadata[name] === true ? undefined : `the issuer does not say ${name}`
    default:
      return lists(metadata[name], value)
        ? undefined
        : `the issuer does not list ${value} in ${name}`
  }
}

function lists(member: unknown, value: string): boolean {
  return Array.isArray(member) && member.includes(value)
}
