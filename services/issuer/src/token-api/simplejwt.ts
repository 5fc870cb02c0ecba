/**
 * POST /api/token/simplejwt/…: the requests and answers of djangorestframework-simplejwt 5.5, for front ends that were written for it. The
 * names are its own, the rules are ours; docs/protocol/token-api.md lists where they differ.
 */
import type { Client, Clients } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type RevokeTokenDeps, revokeRefreshToken } from '../ending/revoke-token.ts'
import { livingClient } from '../grants/user-rights.ts'
import { type JsonBody, jsonParameters } from '../http/json-parameters.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import { checkApiClient } from './api-client.ts'
import { FieldErrors, sendSimplejwtError } from './simplejwt-errors.ts'
import type { TokenAnswers } from './token-answers.ts'
import { verifiedClaims } from './verified-claims.ts'

export interface SimplejwtDeps extends RevokeTokenDeps {
  readonly clients: Pick<Clients, 'find'>
  readonly answers: TokenAnswers
  readonly readAccessToken: AccessTokenReader
  /** For whom these requests are: simplejwt knows no clients. A public first-party one, opted in. */
  readonly simplejwtClient: string
}

interface Asked<Name extends string> {
  readonly client: Client
  readonly fields: Readonly<Record<Name, string>>
  readonly body: JsonBody
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export function simplejwt(deps: SimplejwtDeps) {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(sendSimplejwtError)
    const endpoint = <Name extends string>(
      path: string,
      names: readonly Name[],
      answer: (asked: Asked<Name>) => Promise<object>,
    ) => {
      const handler = async (
        request: FastifyRequest<{ Body?: JsonBody }>,
        reply: FastifyReply,
      ): Promise<object> => {
        const client = await namedClient(deps)
        // From here on only its origins may read answers.
        request.client = client
        const body = request.body ?? {}
        const fields = readFields(body, names)
        reply.header('pragma', 'no-cache')
        return await answer({ client, fields, body, request, reply })
      }
      // Django's addresses end in a slash; some clients leave it out.
      for (const url of [`${BASE}${path}`, `${BASE}${path}/`]) {
        app.post<{ Body?: JsonBody }>(url, { config: { cors: true } }, handler)
      }
    }
    endpoint('', ['username', 'password'], async ({ client, fields, body, request, reply }) => {
      const { one_time_code = null } = body
      const parameters = jsonParameters({ ...fields, one_time_code })
      const { tokens, added } = await deps.answers.obtain(client, parameters, request, reply)
      return { ...added, refresh: tokens.refresh_token, access: tokens.access_token }
    })
    endpoint('/refresh', ['refresh'], async ({ client, fields, request, reply }) => {
      const parameters = jsonParameters({ refresh_token: fields.refresh })
      const { tokens, added } = await deps.answers.refresh(client, parameters, request, reply)
      return { ...added, access: tokens.access_token, refresh: tokens.refresh_token }
    })
    endpoint('/verify', ['token'], async ({ client, fields }) => {
      await verifiedClaims(fields.token, client, deps.readAccessToken)
      return {}
    })
    endpoint('/blacklist', ['refresh'], async ({ client, fields, request }) => {
      const outcome = await revokeRefreshToken(fields.refresh, client.id, deps)
      request.log.info({ client: client.id, outcome }, 'revocation')
      if (outcome !== 'session_ended') throw new OAuthError('invalid_token', 'not_living')
      return {}
    })
  }
}

const BASE = '/api/token/simplejwt'

/** Anybody can speak in the name of this client, so it must be one that has no secret. */
async function namedClient(deps: SimplejwtDeps): Promise<Client> {
  const client = await livingClient(deps.simplejwtClient, deps)
  if (client.authMethod !== 'none') {
    throw new OAuthError('unauthorized_client', 'client_not_public')
  }
  checkApiClient(client)
  return client
}

function readFields<Name extends string>(
  body: JsonBody,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const faults = names.flatMap((name) => {
    const fault = faultOf(body[name])
    return fault === undefined ? [] : [[name, [fault]] as const]
  })
  if (faults.length > 0) throw new FieldErrors(Object.fromEntries(faults))
  return Object.fromEntries(names.map((name) => [name, body[name]])) as Record<Name, string>
}

function faultOf(value: unknown): string | undefined {
  if (value === undefined) return 'This field is required.'
  if (value === null) return 'This field may not be null.'
  if (typeof value !== 'string') return 'Not a valid string.'
  if (value.trim() === '') return 'This field may not be blank.'
  return value.length > LIMITS.tokenBytes
    ? `Ensure this field has no more than ${LIMITS.tokenBytes} characters.`
    : undefined
}
