/** What the issuer answers at its token endpoint: RFC 6749 sections 5.1 and 5.2, RFC 8693 section 2.2.1. */
import { LIMITS } from '@latchkey/protocol'
import { retryAfterSeconds } from './retry-after.ts'
import { ServiceClientError } from './service-client-error.ts'

export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** No issuer of ours signs longer; a larger number is a mistake that would outlive everybody. */
const MOST_SECONDS = 24 * 3600

export interface AccessToken {
  readonly text: string
  readonly scheme: 'Bearer' | 'DPoP'
  /** Both on the monotonic clock, counted from when the token was asked for: a slow answer makes it shorter, not longer. */
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

export interface TokenAnswer {
  readonly answer: Response
  readonly body: Readonly<Record<string, unknown>> | undefined
}

/** Undefined when the body is no JSON object, or longer than any token response. */
export async function readJson(answer: Response): Promise<TokenAnswer['body']> {
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

/**
 * Throws `ServiceClientError` when the answer is no access token of the wanted kind: one that is bound to nothing would be of use to a
 * thief, which is what the caller wanted to avoid.
 */
export function readToken(
  { answer, body }: TokenAnswer,
  issuedAtMs: number,
  scheme: 'Bearer' | 'DPoP',
): AccessToken {
  if (answer.status !== 200) throw refused(answer, body)
  const text = body?.['access_token']
  const seconds = body?.['expires_in']
  const type = body?.['token_type']
  // RFC 8693 section 2.2.1: what an exchange gives need not be an access token, and says so.
  const isAccessToken = (body?.['issued_token_type'] ?? ACCESS_TOKEN) === ACCESS_TOKEN
  const isWanted = typeof type === 'string' && type.toLowerCase() === scheme.toLowerCase()
  if (typeof text !== 'string' || !/^[\x21-\x7e]+$/.test(text) || !isWanted || !isAccessToken) {
    throw badAnswer(answer, `no ${scheme} access token`)
  }
  if (typeof seconds !== 'number' || !(seconds >= 0) || seconds > MOST_SECONDS) {
    throw badAnswer(answer, 'no expires_in')
  }
  return { text, scheme, issuedAtMs, expiresAtMs: issuedAtMs + seconds * 1000 }
}

/** RFC 6749 section 5.2. */
function refused(answer: Response, body: TokenAnswer['body']): ServiceClientError {
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
