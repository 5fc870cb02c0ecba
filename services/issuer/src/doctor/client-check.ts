import type { Client, Directory } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import { CLI_CLIENT } from '../cli-credentials.ts'
import { type Examined, type Finding, type FindingId, finding } from './finding.ts'
import { isWeakSecret } from './weak-secret.ts'

export interface ClientCheckDeps {
  readonly issuer: string
  readonly directory: Pick<Directory, 'clients' | 'clientSecrets'>
  readonly clock: Clock
}

const PAGE = 500
const OLD_SECONDS = 365 * 24 * 3600
/** Named in a finding; the rest is counted. */
const NAMED = 5

/** Clients whose secret was made up or is older than a year, and apps that still answer on a developer's machine. */
export async function examineClients(deps: ClientCheckDeps): Promise<Examined> {
  const rules: [id: FindingId, isSo: (client: Client) => boolean][] = [
    ['secret-weak', (client) => hasWeakSecret(client, deps)],
    ['secret-old', (client) => hasOldSecret(client, deps)],
    ['redirect-plain', (client) => answersPlainly(client, deps)],
  ]
  const found = rules.map(([id, isSo]) => ({ id, isSo, clients: [] as string[] }))
  let count = 0
  for await (const client of enabled(deps.directory.clients)) {
    count += 1
    for (const { isSo, clients } of found) if (isSo(client)) clients.push(client.id)
  }
  return { facts: { clients: count }, findings: found.flatMap(summed) }
}

function summed({ id, clients }: { id: FindingId; clients: readonly string[] }): Finding[] {
  if (clients.length === 0) return []
  const named = clients.slice(0, NAMED).join(', ')
  const more = clients.length > NAMED ? ', …' : ''
  return [finding(id, { count: clients.length, clients: named + more })]
}

async function* enabled(clients: Directory['clients']): AsyncGenerator<Client> {
  let after: string | undefined
  do {
    const page = await clients.page({ limit: PAGE, ...(after !== undefined && { after }) })
    yield* page.filter(({ disabled }) => !disabled)
    after = page.length < PAGE ? undefined : page.at(-1)?.id
  } while (after !== undefined)
}

/** What is known as a digest alone cannot be judged. */
function hasWeakSecret(client: Client, { directory }: ClientCheckDeps): boolean {
  return directory.clientSecrets.live(client).some((one) => {
    const secret = directory.clientSecrets.open(client, one)
    return secret !== undefined && isWeakSecret(secret)
  })
}

/** That of the command line never leaves its folder. */
function hasOldSecret(client: Client, { directory, clock }: ClientCheckDeps): boolean {
  if (client.id === CLI_CLIENT) return false
  const oldest = nowSeconds(clock) - OLD_SECONDS
  return directory.clientSecrets.live(client).some(({ createdAt }) => createdAt < oldest)
}

/**
 * `http` is for this machine only (RFC 8252 section 7.3): right for native apps, which have no secret. An app that has one runs on a
 * server, and was left as it was developed.
 */
function answersPlainly(client: Client, { issuer }: ClientCheckDeps): boolean {
  if (!issuer.startsWith('https:') || client.authMethod === 'none') return false
  const uris = [...client.redirectUris, ...client.postLogoutRedirectUris]
  return uris.some((uri) => uri.startsWith('http:'))
}
