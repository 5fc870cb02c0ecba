import { machineSubject } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import { type ClientMembers, completeClient } from '../clients/complete-client.ts'
import { type GivenSecret, givenSecrets, usesSecret } from '../clients/given-secrets.ts'
import type { Client, Directory } from '../directory.ts'
import { type Applied, outcomeOf } from './applied.ts'
import type { DeclaredClient } from './declared-directory.ts'
import { changedAudiences, declaredGrants } from './declared-grants.ts'
import { memberChanges, secretChange } from './member-changes.ts'
import type { Stored } from './stored.ts'

export interface ClientReferences {
  readonly stored: Stored['clients']
  /** Ids of those that the file had given up, disabled by that, and declares again. */
  readonly revived: ReadonlySet<string>
}

export async function declareClients(
  inside: Directory,
  declared: readonly DeclaredClient[],
  references: ClientReferences,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, client] of declared.entries()) {
    applied.push(await within(`clients[${index}]`, () => declareClient(inside, client, references)))
  }
  return applied
}

async function declareClient(
  inside: Directory,
  declared: DeclaredClient,
  { stored, revived }: ClientReferences,
): Promise<Applied> {
  const before = stored.get(declared.id)
  const after = completeClient({
    disabled: before?.disabled === true && !revived.has(declared.id),
    ...declared,
    grants: declaredGrants(declared.grants),
  })
  const members = memberChanges(membersOf(before) ?? completeClient({ id: declared.id }), after)
  const given = { ...declared, authMethod: after.authMethod }
  const secrets = secretsChange(inside, before, given) ? (givenSecrets(given) ?? []) : undefined
  if (secrets !== undefined) members.push(secretChange('secrets'))
  // Who registered itself changes itself no more: the declaration decides from now on.
  if (before?.registrationTokenHash !== undefined) members.push(secretChange('registrationToken'))
  // The secrets come from what is declared, all else from the client with its defaults.
  if (before === undefined || members.length > 0) {
    await inside.clients.save({ ...declared, ...after })
  }
  return {
    kind: 'client',
    name: after.id,
    target: after.id,
    outcome: outcomeOf(before, members),
    members,
    ...(secrets !== undefined && { secrets: secrets.map(named) }),
    wasDisabled: before?.disabled === false && after.disabled,
    stale: before === undefined ? [] : staleAfter(before, after),
  }
}

/** What a declaration decides about. */
function membersOf(client: Client | undefined): ClientMembers | undefined {
  if (client === undefined) return undefined
  const { secrets: _, createdAt: __, registrationTokenHash: ___, ...members } = client
  return members
}

/** Only digests tell whether a secret has changed: the seal is never twice the same, and may be missing yet. */
function secretsChange(
  { clients }: Directory,
  before: Client | undefined,
  declared: DeclaredClient & Pick<ClientMembers, 'authMethod'>,
): boolean {
  const wanted = givenSecrets(declared)
  const stored = before?.secrets ?? []
  if (!usesSecret(declared.authMethod)) return stored.length > 0
  if (wanted === undefined) return false
  const isThere = ({ hash, plain }: GivenSecret) => {
    const known = stored.find((one) => one.hash === hash)
    if (known === undefined || known.expiresAt !== undefined) return false
    return plain === undefined || !clients.sealsSecrets || known.sealed !== undefined
  }
  return stored.length !== wanted.length || !wanted.every(isThere)
}

/** One that comes in the clear is kept otherwise than its digest alone. */
function named({ hash, plain }: GivenSecret): string {
  return plain === undefined ? hash : `${hash} in the clear`
}

/** What the machine's own tokens and the people's tokens got through this client may say less now. */
function staleAfter(before: Client, after: ClientMembers): string[] {
  const changed = changedAudiences(before.grants, after.grants).length > 0
  const withdrawn = before.services.filter((audience) => !after.services.includes(audience))
  return [...(changed ? [machineSubject(after.id)] : []), ...withdrawn]
}
