import { machineSubject } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import { type ClientMembers, completeClient } from '../clients/complete-client.ts'
import { givenSecretHash, usesSecret } from '../clients/secret-columns.ts'
import type { Client, Directory } from '../directory.ts'
import { type Applied, changedMembers, outcomeOf } from './applied.ts'
import type { DeclaredClient } from './declared-directory.ts'
import { changedAudiences, declaredGrants } from './declared-grants.ts'

export async function declareClients(
  inside: Directory,
  declared: readonly DeclaredClient[],
  services: ReadonlySet<string>,
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const [index, client] of declared.entries()) {
    applied.push(await within(`clients[${index}]`, () => declareClient(inside, client, services)))
  }
  return applied
}

async function declareClient(
  inside: Directory,
  declared: DeclaredClient,
  services: ReadonlySet<string>,
): Promise<Applied> {
  const before = await inside.clients.find(declared.id)
  const { secret, secretHash, ...members } = declared
  const given = {
    ...(secret === undefined ? {} : { secret }),
    ...(secretHash === undefined ? {} : { secretHash }),
  }
  const after = completeClient({
    disabled: before?.disabled ?? false,
    ...members,
    grants: declaredGrants(members.grants, services),
  })
  const changed = changedMembers(before, { ...after, ...ownMembers(before, after, given) })
  if (wantsSealing(inside, before, given)) changed.push('sealedSecret')
  if (changed.length > 0) await inside.clients.save({ ...after, ...given })
  return {
    kind: 'client',
    name: after.id,
    target: after.id,
    outcome: outcomeOf(before, changed),
    changed,
    wasDisabled: before?.disabled === false && after.disabled,
    stale: before === undefined ? [] : staleAfter(before, after),
  }
}

/** What the directory makes itself: only the digest tells whether something has changed, the seal is never twice the same. */
function ownMembers(
  before: Client | undefined,
  { authMethod }: ClientMembers,
  given: Pick<DeclaredClient, 'secret' | 'secretHash'>,
): Partial<Client> {
  const stored = usesSecret(authMethod) ? before?.secretHash : undefined
  const secretHash = givenSecretHash({ authMethod, ...given }) ?? stored
  return {
    ...(secretHash === undefined ? {} : { secretHash }),
    ...(before?.sealedSecret === undefined ? {} : { sealedSecret: before.sealedSecret }),
    ...(before === undefined ? {} : { createdAt: before.createdAt }),
  }
}

/** Its digest was stored before there was a sealing, or before secrets were sealed: now the secret is known. */
function wantsSealing(
  { clients }: Directory,
  before: Client | undefined,
  { secret }: Pick<DeclaredClient, 'secret'>,
): boolean {
  if (before === undefined || secret === undefined) return false
  return clients.sealsSecrets && before.sealedSecret === undefined
}

/** What the machine's own tokens and the people's tokens got through this client may say less now. */
function staleAfter(before: Client, after: ClientMembers): string[] {
  const changed = changedAudiences(before.grants, after.grants).length > 0
  const withdrawn = before.services.filter((audience) => !after.services.includes(audience))
  return [...(changed ? [machineSubject(after.id)] : []), ...withdrawn]
}
