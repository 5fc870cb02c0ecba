/** Asks the issuer for an access token: RFC 6749 section 4.4 (client credentials), RFC 8693 (token exchange). */
import { type Clock, LIMITS } from '@latchkey/protocol'
import { type InTimeDeps, inTime, pause } from './in-time.ts'
import { retryAfterSeconds, shortRetryAfter } from './retry-after.ts'
import { ServiceClientError } from './service-client-error.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

export interface AccessToken {
  readonly text: string
  /** Both on the monotonic clock, counted from when the token was asked for: a slow answer makes it shorter, not longer. */
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

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
    grant_type: TOKEN_EXCHANGE,
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
  if (waitSeconds === undefined) return readToken(first, grant, issuedAtMs)
  await pause(deps.scheduler, waitSeconds * 1000)
  const askedAgainAtMs = deps.clock.monotonicMs()
  return readToken(await ask(deps, grant), grant, askedAgainAtMs)
}

interface Asked {
  readonly answer: Response
  readonly body: Readonly<Record<string, unknown>> | undefined
}

function ask(deps: TokenRequestDeps, grant: URLSearchParams): Promise<Asked> {
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

/** Undefined when the body is no JSON object, or longer than any token response. */
async function readJson(answer: Response): Promise<Asked['body']> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the rest of the body.
    if (size > LIMITS.jsonBytes) return undefined
    chunks.push(chunk)
  }
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function readToken(
  { answer, body }: Asked,
  grant: URLSearchParams,
  issuedAtMs: number,
): AccessToken {
  if (answer.status !== 200) throw refused(answer, body)
  const text = body?.['access_token']
  const seconds = body?.['expires_in']
  const type = body?.['token_type']
  // RFC 8693 section 2.2.1: what an exchange gives need not be an access token.
  const isAccessToken =
    grant.get('grant_type') !== TOKEN_EXCHANGE || body?.['issued_token_type'] === ACCESS_TOKEN
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer'
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text) || !isBearer || !isAccessToken) {
    throw badAnswer(answer, 'no bearer access token')
  }
  if (typeof seconds !== 'number' || !(seconds >= 0) || seconds > MOST_SECONDS) {
    throw badAnswer(answer, 'no expires_in')
  }
  return { text, issuedAtMs, expiresAtMs: issuedAtMs + seconds * 1000 }
}

/** No issuer of ours signs longer; a larger number is a mistake that would outlive everybody. */
const MOST_SECONDS = 24 * 3600

/** RFC 6749 section 5.2. */
function refused(answer: Response, body: Asked['body']): ServiceClientError {
  const code = body?.['error']
  const description = body?.['error_description']
  const seconds = retryAfterSeconds(answer)
  const facts = {
    status: answer.status,
    ...(typeof description === 'string' ? { description } : {}),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  }
  if (typeof code === 'string' && /^[a-z_]{1,64}$/.test(code)) {
    return new ServiceClientError(code, 'The issuer gave no token', facts)
  }
  return answer.status === 503
    ? new ServiceClientError('temporarily_unavailable', 'The issuer gave no token', facts)
    : badAnswer(answer, 'no OAuth error either')
}

function badAnswer(answer: Response, description: string): ServiceClientError {
  const what = `The issuer gave no token (HTTP ${answer.status})`
  return new ServiceClientError('bad_answer', what, { status: answer.status, description })
}
