import { cleanDescription } from '@latchkey/protocol'

export interface ServiceClientErrorFacts {
  /** HTTP status of the issuer's answer, when there was one. */
  status?: number
  /** `error_description` of the issuer. */
  description?: string
  /** Seconds after which a retry makes sense. */
  retryAfterSeconds?: number
  cause?: unknown
}

/**
 * No token could be had, or no answer in time. Holds neither token nor secret. `code` is the issuer's OAuth error
 * (RFC 6749 section 5.2), or `unreachable`, `timeout` or `bad_answer`.
 */
export class ServiceClientError extends Error {
  readonly code: string
  readonly status: number | undefined
  readonly description: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: string, what: string, facts: ServiceClientErrorFacts = {}) {
    const description =
      facts.description === undefined ? undefined : cleanDescription(facts.description)
    super(
      `${what}: ${code}${description === undefined ? '' : ` (${description})`}`,
      facts.cause === undefined ? undefined : { cause: facts.cause },
    )
    this.name = 'ServiceClientError'
    this.code = code
    this.status = facts.status
    this.description = description
    this.retryAfterSeconds = facts.retryAfterSeconds
  }
}
