/** POST /global-token-revocation: draft-parecki-oauth-global-token-revocation, sections 3 and 4. */
import type { Users } from '@latchkey/directory'
import { compileGrants } from '@latchkey/permissions'
import { type AccessTokenClaims, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { EndingChange } from '../ending/ending-change.ts'
import { type FoundPerson, findPerson } from '../global-revocation/find-person.ts'
import { presentedToken, sendBearerError } from '../http/bearer.ts'
import { jsonBody } from '../http/json-body.ts'
import type { CallerReader } from '../reading/resource-callers.ts'

export interface GlobalRevocationDeps {
  readonly issuer: string
  readonly readCaller: CallerReader
  readonly users: Pick<Users, 'find' | 'list'>
  readonly endingChange: EndingChange
}

export const GLOBAL_REVOCATION_PATH = '/global-token-revocation'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks for the end of somebody else's sessions; set before the handler runs. */
    revoker: AccessTokenClaims | undefined
  }
}

const Body = Type.Object({ sub_id: Type.Unknown() })

const PROBLEMS: Readonly<Record<Exclude<FoundPerson['kind'], 'found'>, [number, string]>> = {
  malformed: [400, 'sub_id is not iss_sub, opaque or email with its members'],
  unknown: [404, 'nobody is known by this subject identifier'],
  unprocessable: [
    422,
    'a format other than iss_sub, opaque and email, a foreign iss, or an address that several people have',
  ],
}

/**
 * Another system (a security product, the identity provider behind) says that a person must sign in again everywhere. All
 * sessions, refresh and access tokens end. The right is a grant like another, so that it is given to this machine alone.
 */
export function globalRevocation(deps: GlobalRevocationDeps) {
  return async (app: FastifyInstance) => {
    jsonBody(app)
    app.decorateRequest('revoker', undefined)
    app.setErrorHandler(sendBearerError('latchkey'))
    app.addHook('onRequest', async (request, reply) => {
      const claims = await deps.readCaller(presentedToken(request), request, reply)
      if (!compileGrants(claims.routes).allows('POST', GLOBAL_REVOCATION_PATH)) {
        const description = `this machine needs the grant POST ${GLOBAL_REVOCATION_PATH}`
        throw new OAuthError('insufficient_scope', 'route_not_granted', { description })
      }
      request.revoker = claims
    })
    app.post<{ Body: Static<typeof Body> }>(
      GLOBAL_REVOCATION_PATH,
      { schema: { body: Body }, config: { granted: true } },
      async (request, reply) => {
        const found = await findPerson(request.body.sub_id, deps.issuer, deps.users)
        if (found.kind !== 'found') {
          const [status, description] = PROBLEMS[found.kind]
          const error = `subject_${found.kind}`
          return await reply.code(status).send({ error, error_description: description })
        }
        const target = { kind: 'user', sub: found.sub } as const
        const end = { target, reason: 'external_signal', actor: actorOf(request) } as const
        // Noted first: whoever has told us need not ask again for it to be done.
        await deps.endingChange(async () => ({ result: undefined, ends: [end] }))
        return await reply.code(204).send()
      },
    )
  }
}

function actorOf({ revoker }: FastifyRequest) {
  if (!revoker) throw new Error('the hook lets no request without a caller pass')
  return { sub: revoker.sub, clientId: revoker.client_id }
}
