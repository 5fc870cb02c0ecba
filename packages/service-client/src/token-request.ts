/** Asks the issuer for an access token: RFC 6749 section 4.4 (client credentials), RFC 8693 (token exchange). */
import type { Clock } from '@latchkey/protocol'
import { type InTimeDeps, inTime, pause } from './in-time.ts'
import { shortRetryAfter } from './retry-after.ts'
import {
  ACCESS_TOKEN,
  type AccessToken,
  readJson,
  readToken,
  type TokenAnswer,
} from './token-response.ts'

export interface TokenRequestDeps extends InTimeDeps {
  fetch: typeof globalThis.fetch
  clock: Pick<Clock, 'monotonicMs'>
  tokenEndpoint: URL
  /** Value of the Authorization header: the client's credentials. */
  authorization: string
}

/** RFC 8707 section 2: `resource` names the one service that the token is for. */
export function machineGrant(audience: string): URLSearchParams {
  return new URLSearchParams({ grant_type: 'client_credentials', resource: audience })
}

/** RFC 8693 section 2.1. */
export function exchangeGrant(audience: string, subjectToken: string): URLSearchParams {
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    resource: audience,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN,
  })
}

/** Throws `ServiceClientError`. An issuer that is away for a moment is asked twice. */
export async function requestToken(
  deps: TokenRequestDeps,
  grant: URLSearchParams,
): Promise<AccessToken> {
  const issuedAtMs = deps.clock.monotonicMs()
  const first = await ask(deps, grant)
  const waitSeconds = shortRetryAfter(first.answer)
  if (waitSeconds === undefined) return readToken(first, issuedAtMs)
  await pause(deps.scheduler, waitSeconds * 1000)
  const askedAgainAtMs = deps.clock.monotonicMs()
  return readToken(await ask(deps, grant), askedAgainAtMs)
}

function ask(deps: TokenRequestDeps, grant: URLSearchParams): Promise<TokenAnswer> {
  const { tokenEndpoint, authorization } = deps
  return inTime(deps, tokenEndpoint.origin, undefined, async (signal) => {
    const answer = await deps.fetch(tokenEndpoint, {
      method: 'POST',
      headers: { authorization, accept: 'application/json' },
      body: grant,
      // The credentials are for this address only.
      redirect: 'manual',
      signal,
    })
    return { answer, body: await readJson(answer) }
  })
}
