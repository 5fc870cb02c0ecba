import { machineSubject } from '@latchkey/protocol'
import { within } from '../checks/within.ts'
import { givenSecretHash } from '../clients/save-client.ts'
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
  const after = wanted(declared, before, services)
  const changed = changedMembers(before, after)
  if (changed.length > 0) await inside.clients.save(after)
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

function wanted(
  declared: DeclaredClient,
  before: Client | undefined,
  services: ReadonlySet<string>,
): Client {
  const { secret, secretHash, ...members } = declared
  const authMethod = members.authMethod ?? 'client_secret_basic'
  const given = givenSecretHash({
    authMethod,
    ...(secret === undefined ? {} : { secret }),
    ...(secretHash === undefined ? {} : { secretHash }),
  })
  const stored = authMethod === 'none' ? undefined : before?.secretHash
  const storedHash = given ?? stored
  return {
    name: members.id,
    redirectUris: [],
    postLogoutRedirectUris: [],
    grantTypes: ['authorization_code', 'refresh_token'],
    requirePkce: true,
    services: [],
    firstParty: false,
    idTokenAlg: 'RS256',
    disabled: before?.disabled ?? false,
    ...members,
    authMethod,
    ...(storedHash === undefined ? {} : { secretHash: storedHash }),
    grants: declaredGrants(members.grants, services),
  }
}

/** What the machine's own tokens and the people's tokens got through this client may say less now. */
function staleAfter(before: Client, after: Client): string[] {
  const changed = changedAudiences(before.grants, after.grants).length > 0
  const withdrawn = before.services.filter((audience) => !after.services.includes(audience))
  return [...(changed ? [machineSubject(after.id)] : []), ...withdrawn]
}
