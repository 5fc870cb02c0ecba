/** Requests that clients have pushed, until their sign-in is complete: RFC 9126 sections 2.2 and 4. */
import { type Clock, nowSeconds, type Random } from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'

/** RFC 9126 section 2.2: the form that its example has. 256 random bits: who guesses one gets somebody's sign-in page. */
const PREFIX = 'urn:ietf:params:oauth:request_uri:'
const REQUEST_URI = /^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/

/** Long enough to type a password; FAPI 2.0 section 5.3.2.2 bars ten minutes and more. */
export const PUSHED_SECONDS = 300

export interface PushedRequest {
  readonly clientId: string
  /** The parameters, as a query. */
  readonly query: string
}

export interface PushedRequests {
  /** Keeps a request; gives its `request_uri`. */
  keep(request: PushedRequest): Promise<string>
  /** What a `request_uri` stands for; undefined when it is not ours, expired or used. It stays good. */
  look(requestUri: string): Promise<PushedRequest | undefined>
  /** Its sign-in is complete. True for the first caller only, of any number at once. */
  use(requestUri: string): Promise<boolean>
}

const PURPOSE = 'pushed-request'

export function pushedRequests(deps: {
  readonly oneTime: Pick<OneTimeStore, 'put' | 'peek' | 'take'>
  readonly clock: Clock
  readonly random: Random
}): PushedRequests {
  const { oneTime, clock, random } = deps
  return {
    keep: async (request) => {
      const requestUri = `${PREFIX}${random.bytes(32).toString('base64url')}`
      const now = nowSeconds(clock)
      await oneTime.put(PURPOSE, requestUri, JSON.stringify(request), PUSHED_SECONDS, now)
      return requestUri
    },
    look: async (requestUri) => {
      if (!REQUEST_URI.test(requestUri)) return undefined
      const text = await oneTime.peek(PURPOSE, requestUri, nowSeconds(clock))
      return text === undefined ? undefined : (JSON.parse(text) as PushedRequest)
    },
    use: async (requestUri) =>
      (await oneTime.take(PURPOSE, requestUri, nowSeconds(clock))) !== undefined,
  }
}
