/** GET, PUT and DELETE /register/:client_id: an app looks after its own registration. RFC 7592. */
import type { Client, Directory } from '@latchkey/directory'
import {
  type Actor,
  type Clock,
  machineSubject,
  nowSeconds,
  OAuthError,
  type Random,
} from '@latchkey/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { clientDisabled } from '../admin/client-state.ts'
import type { EndingChange } from '../ending/ending-change.ts'
import { describeClient } from '../registration/describe-client.ts'
import { refuseMetadata } from '../registration/metadata-errors.ts'
import { type Metadata, readMetadata } from '../registration/read-metadata.ts'
import { registrationTokenOf } from '../registration/registration-token-of.ts'
import { checkSectorIsReached, checkSectorStays } from '../registration/sector-rules.ts'
import { isToken, needsSecret, selfRegistered } from '../registration/self-registered.ts'
import type { Settings } from '../settings/settings.ts'
import { MetadataBody } from './register.ts'

export interface RegisteredClientDeps {
  readonly issuer: string
  readonly registration: Settings['registration']
  readonly directory: Pick<Directory, 'transaction' | 'clients' | 'clientSecrets'>
  readonly endingChange: EndingChange
  readonly clock: Clock
  readonly random: Random
}

const Params = Type.Object({ client_id: Type.String({ maxLength: 128 }) })
type Params = Static<typeof Params>
type ClientRequest = FastifyRequest<{ Params: Params }>

/** RFC 7592 section 2.2: an update must not have them. */
const SERVER_ISSUED = [
  'registration_access_token',
  'registration_client_uri',
  'client_secret_expires_at',
  'client_id_issued_at',
] as const

export function registeredClient(deps: RegisteredClientDeps) {
  return async (app: FastifyInstance) => {
    const { issuer } = deps
    const url = '/register/:client_id'
    app.get<{ Params: Params }>(url, { schema: { params: Params } }, async (request) => {
      const { client, accessToken } = await living(request, deps)
      return describeClient(client, { issuer, accessToken })
    })
    app.put<{ Params: Params; Body: Metadata }>(
      url,
      { schema: { params: Params, body: MetadataBody } },
      async (request) => {
        const { client, accessToken } = await living(request, deps)
        const { updated, secret } = await update(client, request.body, deps)
        request.log.info({ client: client.id }, 'registration changed')
        return describeClient(updated, { issuer, accessToken, secret })
      },
    )
    app.delete<{ Params: Params }>(url, { schema: { params: Params } }, async (request, reply) => {
      const { client } = await proven(request, deps)
      await remove(client, deps)
      request.log.info({ client: client.id }, 'registration deleted')
      return await reply.code(204).send()
    })
  }
}

/** Whose registration this is. An unknown client and a wrong token are told apart by nobody (section 2.1). */
async function proven(request: ClientRequest, { directory }: RegisteredClientDeps) {
  const accessToken = registrationTokenOf(request)
  const client = await directory.clients.find(request.params.client_id)
  const hash = client?.registrationTokenHash
  if (!client || hash === undefined || !isToken(accessToken, hash)) {
    throw new OAuthError('invalid_token', 'registration_access_token_wrong')
  }
  return { client, accessToken }
}

/**
 * The client as it is inside the transaction that changes it. A cluster file that declares a client takes it over, and its registration
 * token away: what was proven before that is proven no more, and the file alone changes the client.
 */
async function stillRegistered({ id, registrationTokenHash }: Client, inside: Directory) {
  const client = await inside.clients.find(id)
  if (client !== undefined && client.registrationTokenHash === registrationTokenHash) return client
  throw new OAuthError('invalid_token', 'registration_access_token_wrong')
}

/** One that an administrator has disabled may only go: its update must not undo that. */
async function living(request: ClientRequest, deps: RegisteredClientDeps) {
  const found = await proven(request, deps)
  if (found.client.disabled) throw new OAuthError('insufficient_scope', 'client_disabled')
  return found
}

/** A full replacement by the rules of a registration: what is left out is back at its default. */
async function update(client: Client, body: Metadata, deps: RegisteredClientDeps) {
  const sent = SERVER_ISSUED.find((name) => body[name] !== undefined)
  if (sent !== undefined) throw refuseMetadata(sent, 'server_issued_member', 'nothing')
  if (body['client_id'] !== client.id) {
    throw refuseMetadata('client_id', 'client_id_differs', 'the one of this registration')
  }
  const metadata = readMetadata(body)
  checkSectorIsReached(metadata)
  checkGivenSecret(client, body, deps)
  const isFirst = client.secrets.length === 0
  const isNew = needsSecret(metadata) && (isFirst || body['client_secret'] === null)
  const secret = isNew ? deps.random.bytes(32).toString('base64url') : undefined
  const { id, registrationTokenHash } = client
  const updated = await deps.directory.transaction(async (inside) => {
    const { disabled } = await stillRegistered(client, inside)
    if (disabled) throw new OAuthError('insufficient_scope', 'client_disabled')
    const saved = await inside.clients.save({
      id,
      ...selfRegistered(metadata, deps.registration.services),
      ...(secret !== undefined && isFirst && { secret }),
      ...(registrationTokenHash !== undefined && { registrationTokenHash }),
    })
    checkSectorStays(client, saved)
    if (secret !== undefined && !isFirst) await followSecret(inside, saved, secret, deps)
    await record(inside, client, 'client.update', deps)
    return saved
  })
  return { updated, secret }
}

/** Section 2.2: a secret that is sent has to be the one that there is; nobody chooses a secret here. */
function checkGivenSecret(client: Client, body: Metadata, { directory }: RegisteredClientDeps) {
  const { client_secret: given } = body
  if (given === undefined || given === null) return
  if (typeof given === 'string' && directory.clientSecrets.match(client, given)) return
  throw refuseMetadata('client_secret', 'client_secret_differs', 'the one that was issued')
}

/** Time for the app to bring the new one to where it runs. */
const OVERLAP_SECONDS = 86_400

/**
 * The app has asked for another secret: `"client_secret": null`, a value that is taken back (section 2.2). The one before it is good for
 * another day, so that no request fails in between; of two, the one that goes first makes room.
 */
async function followSecret(
  { clientSecrets }: Directory,
  client: Client,
  secret: string,
  { clock }: RegisteredClientDeps,
): Promise<void> {
  const now = nowSeconds(clock)
  const live = clientSecrets.live(client)
  const oldest = live.find(({ expiresAt }) => expiresAt !== undefined) ?? live.at(-1)
  if (live.length > 1 && oldest) await clientSecrets.end(client.id, oldest.id, now)
  await clientSecrets.add(client.id, secret)
  for (const { id } of live.filter((one) => live.length === 1 || one !== oldest)) {
    await clientSecrets.end(client.id, id, now + OVERLAP_SECONDS)
  }
}

/** Nothing of it lives on, and only then is it forgotten: whoever hears of a fault in between can ask again. */
async function remove(client: Client, deps: RegisteredClientDeps): Promise<void> {
  const { id } = client
  await deps.endingChange(async (inside) => {
    await stillRegistered(client, inside)
    await inside.clients.setDisabled(id, true)
    return { result: undefined, ends: [{ ...clientDisabled(id), actor: itself(client) }] }
  })
  await deps.directory.transaction(async (inside) => {
    await stillRegistered(client, inside)
    await inside.clients.remove(id)
    await record(inside, client, 'client.delete', deps)
  })
}

async function record(
  inside: Directory,
  client: Client,
  action: string,
  { clock }: RegisteredClientDeps,
): Promise<void> {
  await inside.audit.append({
    at: nowSeconds(clock),
    actor: itself(client),
    action,
    target: `client ${client.id}`,
    reason: 'registration',
    detail: { name: client.name },
  })
}

function itself({ id }: Client): Actor {
  return { sub: machineSubject(id), clientId: id }
}
