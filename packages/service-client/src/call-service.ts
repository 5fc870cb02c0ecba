import { type InTimeDeps, inTime, pause } from './in-time.ts'
import type { Prover } from './prover.ts'
import { shortRetryAfter } from './retry-after.ts'
import type { AccessToken } from './token-response.ts'

/** Redirects are not for the caller to choose: following one would hand the token on. */
export type ServiceRequestInit = Omit<RequestInit, 'redirect'>

export interface CallDeps extends InTimeDeps {
  fetch: typeof globalThis.fetch
  prover: Prover | undefined
}

export interface CallTarget {
  /** Where the request goes. */
  readonly url: URL
  /** The address by which the service knows the route: proofs of possession name it. */
  readonly publicUrl: URL
}

export interface TokenSource {
  get(): Promise<AccessToken>
  drop(token: AccessToken): void
}

/** RFC 9110 section 9.2.2: asking again changes nothing more. */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
])

/** The Fetch standard, section 2.2.1: other methods are sent as they are written. */
const FETCH_NORMALISES: ReadonlySet<string> = new Set([
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'POST',
  'PUT',
])

/** Sends a request with a token, and once more where the answer asks for that. */
export async function callService(
  deps: CallDeps,
  tokens: TokenSource,
  target: CallTarget,
  init: ServiceRequestInit,
): Promise<Response> {
  const isIdempotent = IDEMPOTENT.has((init.method ?? 'GET').toUpperCase())
  let mayRenew = true
  let mayProve = true
  let mayWait = isIdempotent
  for (;;) {
    const token = await tokens.get()
    const answer = await send(deps, target, init, token)
    if (wantsNonce(deps, answer, target, init) && mayProve && isRepeatable(init.body)) {
      mayProve = false
      await discard(answer)
      continue
    }
    if (refusesToken(answer)) {
      tokens.drop(token)
      // The request was refused before it was looked at, so any method may be sent again.
      if (!mayRenew || !isRepeatable(init.body)) return answer
      mayRenew = false
      await discard(answer)
      continue
    }
    const waitSeconds = shortRetryAfter(answer)
    if (waitSeconds === undefined || !mayWait || !isRepeatable(init.body)) return answer
    mayWait = false
    await discard(answer)
    await pause(deps.scheduler, waitSeconds * 1000, init.signal ?? undefined)
  }
}

function send(
  deps: CallDeps,
  { url, publicUrl: uri }: CallTarget,
  init: ServiceRequestInit,
  token: AccessToken,
): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `${token.scheme} ${token.text}`)
  if (deps.prover)
    headers.set('dpop', deps.prover.proof({ method: methodOf(init), uri }, token.text))
  return inTime(deps, url.origin, init.signal ?? undefined, (signal) =>
    deps.fetch(url, { ...init, headers, signal, redirect: 'manual' }),
  )
}

/** RFC 9449 section 9: the proof lacks a nonce, which the answer gives. */
function wantsNonce(
  { prover }: CallDeps,
  answer: Response,
  { publicUrl: uri }: CallTarget,
  init: ServiceRequestInit,
): boolean {
  const hasNonce = prover?.learn(answer, { method: methodOf(init), uri }) ?? false
  return hasNonce && answer.status === 401 && hasError(answer, 'use_dpop_nonce')
}

function hasError(answer: Response, error: string): boolean {
  const challenge = answer.headers.get('www-authenticate') ?? ''
  return new RegExp(`\\berror="?${error}\\b`).test(challenge)
}

/** As `fetch` sends it. */
function methodOf({ method = 'GET' }: ServiceRequestInit): string {
  const capitals = method.toUpperCase()
  return FETCH_NORMALISES.has(capitals) ? capitals : method
}

/** RFC 6750 section 3.1: the token, and not the caller's right, is what is wrong. */
function refusesToken(answer: Response): boolean {
  return answer.status === 401 && hasError(answer, 'invalid_token')
}

/** A stream is gone once it has been sent. */
function isRepeatable(body: ServiceRequestInit['body']): boolean {
  if (body === undefined || body === null || typeof body === 'string') return true
  return (
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  )
}

/** Frees the connection of an answer that nobody will read. */
async function discard(answer: Response): Promise<void> {
  await answer.body?.cancel()
}
