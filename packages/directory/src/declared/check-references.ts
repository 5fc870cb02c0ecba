import { InputErrors } from '@latchkey/protocol'
import { type NamedKind, type Reference, unknownName } from '../checks/unknown-name.ts'
import type { Group } from '../directory.ts'
import type { DeclaredDirectory, DeclaredGrants } from './declared-directory.ts'
import { groupKey } from './group-names.ts'
import type { Stored } from './stored.ts'

/** Whoever has more of them has made one mistake many times. */
const MOST_TOLD = 100

type Referring = Reference & { readonly kind: NamedKind }

/**
 * Refuses a declaration that names what neither it nor the directory has. Throws InputErrors with all such names at once: told one
 * by one, each would cost whoever wrote the file another run.
 */
export function checkReferences(
  declared: DeclaredDirectory,
  stored: Pick<Stored, 'services' | 'roles' | 'clients'> & { readonly groups: readonly Group[] },
): void {
  const { services = [], roles = [], groups = [], clients = [] } = declared
  const known = {
    service: new Set([...stored.services.keys(), ...services.map(({ audience }) => audience)]),
    role: new Set([...stored.roles.keys(), ...roles.map(({ name }) => name)]),
    client: new Set([...stored.clients.keys(), ...clients.map(({ id }) => id)]),
    group: new Set([...stored.groups, ...groups].map(({ name }) => name)),
  }
  const groupKeys = new Set([...known.group].map(groupKey))
  const isKnown = ({ kind, name }: Referring) =>
    kind === 'group' ? groupKeys.has(groupKey(name)) : known[kind].has(name)
  const missing: Referring[] = []
  for (const one of referencesOf(declared)) {
    if (!isKnown(one)) missing.push(one)
    if (missing.length === MOST_TOLD) break
  }
  const [first, ...more] = missing.map((one) => unknownName(one.kind, one, known[one.kind]))
  if (first !== undefined) throw more.length === 0 ? first : new InputErrors([first, ...more])
}

/** In the order in which a declaration is brought in. */
function* referencesOf(declared: DeclaredDirectory): Generator<Referring> {
  const { services = [], roles = [], groups = [], clients = [], users = [] } = declared
  for (const [at, one] of roles.entries()) yield* grantsOf(one.grants, `roles[${at}]`)
  for (const [at, { parent, ...one }] of groups.entries()) {
    const place = `groups[${at}]`
    if (parent !== undefined) yield { kind: 'group', name: parent, where: `${place}.parent` }
    yield* namesOf('role', one.roles, `${place}.roles`)
    yield* grantsOf(one.grants, place)
  }
  for (const [at, one] of clients.entries()) {
    yield* namesOf('service', one.services, `clients[${at}].services`)
    yield* grantsOf(one.grants, `clients[${at}]`)
  }
  for (const [at, one] of services.entries()) {
    yield* namesOf('client', one.clients, `services[${at}].clients`)
  }
  for (const [at, one] of users.entries()) {
    yield* namesOf('role', one.roles, `users[${at}].roles`)
    yield* namesOf('group', one.groups, `users[${at}].groups`)
    yield* grantsOf(one.grants, `users[${at}]`)
  }
}

function* namesOf(kind: NamedKind, names: readonly string[] = [], place: string) {
  for (const [at, name] of names.entries()) yield { kind, name, where: `${place}[${at}]` }
}

function* grantsOf(grants: DeclaredGrants = {}, place: string): Generator<Referring> {
  for (const name of Object.keys(grants)) {
    yield { kind: 'service', name, where: `${place}.grants[${JSON.stringify(name)}]` }
  }
}
