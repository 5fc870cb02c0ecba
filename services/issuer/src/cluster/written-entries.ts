/** Entries of the directory as a cluster file writes them: without what the file would say by leaving it out. */
import { isDeepStrictEqual } from 'node:util'
import type { Client, Group, Role, ServiceGrant, StoredService, User } from '@latchkey/directory'
import { CLIENT_FIELDS } from '../settings/client-fields.ts'
import { CLIENT_MEMBERS } from '../settings/client-members.ts'
import type { Field } from '../settings/field.ts'

type Written = Readonly<Record<string, unknown>>

export function writtenService(service: StoredService): Written {
  const { audience, name, alg, clients, statusList, accessTokenSeconds, disabled } = service
  return {
    audience,
    ...unless(name === audience, { name }),
    ...unless(alg === 'HS256', { alg }),
    ...unless(clients.length === 0, { clients }),
    ...unless(!statusList, { status_list: true }),
    // Always: what it is without depends on the settings of the issuer.
    access_token_seconds: accessTokenSeconds,
    ...unless(!disabled, { disabled }),
  }
}

export function writtenRole({ name, description, grants }: Role): Written {
  return {
    name,
    ...unless(description === '', { description }),
    ...unless(grants.length === 0, { grants: writtenGrants(grants) }),
  }
}

/** @param nameOf the name of a group by its id */
export function writtenGroup(group: Group, nameOf: (id: string) => string): Written {
  const { name, description, parent, roles, grants, externalId } = group
  return {
    name,
    ...unless(description === '', { description }),
    ...(parent === undefined ? {} : { parent: nameOf(parent) }),
    ...unless(roles.length === 0, { roles }),
    ...unless(grants.length === 0, { grants: writtenGrants(grants) }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
  }
}

export function writtenUser(user: User, nameOf: (id: string) => string): Written {
  const { username, name, email, emailVerified, locale, profile, disabled } = user
  const { attributes, externalId, roles, groups, grants } = user
  return {
    username,
    ...unless(name === username, { name }),
    ...(email === undefined ? {} : { email }),
    ...unless(!emailVerified, { email_verified: true }),
    ...(locale === undefined ? {} : { locale }),
    ...profile,
    ...unless(Object.keys(attributes).length === 0, { attributes }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    ...unless(roles.length === 0, { roles }),
    ...unless(groups.length === 0, { groups: groups.map(nameOf).toSorted() }),
    ...unless(grants.length === 0, { grants: writtenGrants(grants) }),
    ...unless(!disabled, { disabled }),
  }
}

/** Without its secrets: where the file names none, the stored ones stay. */
export function writtenClient(client: Client): Written {
  const members = Object.entries(CLIENT_MEMBERS).flatMap(([name, member]) => {
    const value = member in client ? client[member as keyof Client] : undefined
    return isDefault(name as keyof typeof CLIENT_MEMBERS, value) ? [] : [[name, value] as const]
  })
  const { id, name, tlsClientName, grants } = client
  return {
    client_id: id,
    ...unless(name === id, { client_name: name }),
    ...Object.fromEntries(members.filter(([member]) => !WRITTEN_APART.has(member))),
    ...(tlsClientName && { [`tls_client_auth_${tlsClientName.kind}`]: tlsClientName.value }),
    ...unless(grants.length === 0, { grants: writtenGrants(grants) }),
    ...unless(!client.disabled, { disabled: true }),
  }
}

const WRITTEN_APART: ReadonlySet<string> = new Set([
  'client_id',
  'client_name',
  'grants',
  'disabled',
])

function isDefault(name: keyof typeof CLIENT_MEMBERS, value: unknown): boolean {
  const field: Field = CLIENT_FIELDS[name]
  return value === undefined || isDeepStrictEqual(value, field.fallback)
}

/** By audience; what ends is written with its end. */
export function writtenGrants(grants: readonly ServiceGrant[]): Written {
  const byAudience = Map.groupBy(grants, ({ audience }) => audience)
  return Object.fromEntries(
    [...byAudience].map(([audience, held]) => [audience, held.map(writtenGrant)]),
  )
}

function writtenGrant({ grant, until }: ServiceGrant) {
  return until === undefined ? grant : { grant, until: timeText(until) }
}

/** A second as RFC 3339 writes it, in UTC. */
export function timeText(second: number): string {
  return new Date(second * 1000).toISOString().replace('.000Z', 'Z')
}

function unless<T extends object>(isLeftOut: boolean, members: T): Partial<T> {
  return isLeftOut ? {} : members
}
