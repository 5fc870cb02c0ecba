/**
 * The issuer cannot be asked right now and the request cannot go on without it. The person stays signed in: cookies are
 * kept, and Fastify answers 503 (`statusCode`). Never thrown because of anything that the person or the browser did.
 */
export class IssuerUnavailable extends Error {
  readonly code = 'LATCHKEY_ISSUER_UNAVAILABLE'
  readonly statusCode = 503
  /** For logs: a word or a fixed sentence, never a part of an answer. */
  readonly reason: string
  readonly retryAfterSeconds: number

  constructor(reason: string, retryAfterSeconds: number) {
    super('The sign-in service cannot be reached. Try again in a moment.')
    this.name = 'IssuerUnavailable'
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}
