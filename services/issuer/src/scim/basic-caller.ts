import { grantTokens, type TokenDeps } from '../endpoints/token.ts'
import { parseParameters } from '../http/parameters.ts'
import { singleHeader } from '../http/single-header.ts'
import type { CallerReader } from '../reading/resource-callers.ts'

export interface BasicCallerDeps extends TokenDeps {
  readonly readCaller: CallerReader
}

/**
 * Reads callers who send the id and the secret of a client with each request (RFC 7617), besides those with a token. Some systems
 * that keep people in step cannot ask for tokens, and one that lasts for years does not exist here. It is the same as asking for a
 * token by client credentials and using it at once: same client, same grants, same refusals, and as short-lived.
 */
export function basicCaller(deps: BasicCallerDeps): CallerReader {
  const parameters = parseParameters(
    new URLSearchParams({
      grant_type: 'client_credentials',
      resource: deps.issuer,
    }).toString(),
  )
  return async (presented, request, reply) => {
    const header = singleHeader(request, 'authorization') ?? ''
    if (!/^basic /i.test(header)) return await deps.readCaller(presented, request, reply)
    const { access_token: token } = await grantTokens(request, reply, parameters, deps)
    // A token that is bound to a key or a certificate is refused here: whoever has one of those can send a token.
    return await deps.readCaller({ scheme: 'Bearer', token }, request, reply)
  }
}
