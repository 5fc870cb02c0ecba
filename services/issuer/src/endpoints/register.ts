/** POST /register: an app registers itself. RFC 7591 section 3, OpenID Connect Registration section 3. */
import type { Client, Directory } from '@latchkey/directory'
import {
  type Clock,
  machineSubject,
  nowSeconds,
  OAuthError,
  type Random,
  randomId,
} from '@latchkey/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { CountUnproven } from '../client-authentication/unproven-requests.ts'
import { describeClient } from '../registration/describe-client.ts'
import { refuseMetadata } from '../registration/metadata-errors.ts'
import { type Metadata, readMetadata } from '../registration/read-metadata.ts'
import { registrationTokenOf } from '../registration/registration-token-of.ts'
import { checkSectorIsReached } from '../registration/sector-rules.ts'
import { needsSecret, selfRegistered, tokenHash } from '../registration/self-registered.ts'
import type { Settings } from '../settings/settings.ts'

export interface RegisterDeps {
  readonly issuer: string
  readonly registration: Settings['registration']
  readonly directory: Pick<Directory, 'transaction'>
  readonly clock: Clock
  readonly random: Random
  readonly countUnproven: CountUnproven
}

/** What it says is looked at where it is read: apps may send more than anybody knows. */
export const MetadataBody = Type.Object({})

/** The issuer gives them, so an app that sends them means something else than it would get. */
const ISSUED = ['client_id', 'client_secret'] as const

export function register(deps: RegisterDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Metadata }>(
      '/register',
      { schema: { body: MetadataBody } },
      async (request, reply) => {
        const initialToken = initialTokenOf(request, deps)
        const chosen = ISSUED.find((name) => request.body[name] !== undefined)
        if (chosen !== undefined) throw refuseMetadata(chosen, `${chosen}_chosen`, 'nothing')
        const metadata = readMetadata(request.body)
        checkSectorIsReached(metadata)
        if (initialToken === undefined) await deps.countUnproven('registration', request.ip)
        const newSecret = () => deps.random.bytes(32).toString('base64url')
        const secret = needsSecret(metadata) ? newSecret() : undefined
        const accessToken = newSecret()
        const client = await save(
          {
            id: `r_${randomId(deps.random)}`,
            ...selfRegistered(metadata, deps.registration.services),
            ...(secret !== undefined && { secret }),
            registrationTokenHash: tokenHash(accessToken),
          },
          initialToken,
          deps,
        )
        request.log.info({ client: client.id }, 'client registered')
        const facts = { issuer: deps.issuer, accessToken, secret }
        return await reply.code(201).send(describeClient(client, facts))
      },
    )
  }
}

function initialTokenOf(request: FastifyRequest, { registration }: RegisterDeps) {
  return registration.mode === 'open' ? undefined : registrationTokenOf(request)
}

/** The token pays for a client that is there, or keeps its use. */
async function save(
  client: Parameters<Directory['clients']['save']>[0],
  initialToken: string | undefined,
  { directory, clock }: RegisterDeps,
): Promise<Client> {
  return await directory.transaction(async (inside) => {
    const paidBy = initialToken === undefined ? undefined : tokenHash(initialToken)
    if (paidBy !== undefined && !(await inside.registrationTokens.use(paidBy))) {
      throw new OAuthError('invalid_token', 'initial_access_token_wrong')
    }
    const saved = await inside.clients.save(client)
    await inside.audit.append({
      at: nowSeconds(clock),
      actor: { sub: machineSubject(saved.id), clientId: saved.id },
      action: 'client.register',
      target: `client ${saved.id}`,
      reason: 'registration',
      detail: { name: saved.name, ...(paidBy !== undefined && { token: paidBy }) },
    })
    return saved
  })
}
