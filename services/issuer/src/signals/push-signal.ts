/** One attempt to push a signal: RFC 8935 section 2. */
import type { Stream } from '@latchkey/directory'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'

/** `outcome` is a status, a code of the receiver or a word of ours; administrators see it. */
export type Pushed = { readonly kind: 'accepted' | 'refused' | 'retry'; readonly outcome: string }

/**
 * Section 2.4: what the receiver will not take with other credentials either. Keys and credentials can be put right, and then the
 * signal is worth as much as before.
 */
const FINAL = new Set(['invalid_request', 'invalid_issuer', 'invalid_audience', 'setData'])

export async function pushSignal(
  { delivery }: Stream,
  /** The signed token. */
  set: string,
  request: GuardedRequest,
): Promise<Pushed> {
  if (delivery.method !== 'push') return { kind: 'retry', outcome: 'poll' }
  const { endpoint: uri, authorizationHeader: authorization } = delivery
  const answer = await request({
    uri,
    content: { mediaType: 'application/secevent+jwt', text: set },
    mediaTypes: ['application/json'],
    bodyStatus: 400,
    ...(authorization !== undefined && { authorization }),
  })
  if (answer.kind === 'failed') return { kind: 'retry', outcome: answer.why }
  const { status } = answer
  // Section 2.2 says 202; some receivers say what their framework says.
  if (status === 200 || status === 202 || status === 204) {
    return { kind: 'accepted', outcome: `${status}` }
  }
  const code = status === 400 ? errorCode(answer.body) : undefined
  if (code !== undefined && FINAL.has(code)) return { kind: 'refused', outcome: code }
  return { kind: 'retry', outcome: code ?? `${status}` }
}

/** Section 2.3. Only a word is kept of it: it comes from outside. */
function errorCode(body: string): string | undefined {
  try {
    const { err } = JSON.parse(body)
    return typeof err === 'string' && /^\w{1,64}$/.test(err) ? err : undefined
  } catch {
    return undefined
  }
}
