import type { OAuthError } from '@latchkey/protocol'
import type { ResponseTarget } from './response.ts'

/** An error that may travel to the client: its address is proven (RFC 6749 section 4.1.2.1). */
export class RedirectableError extends Error {
  readonly error: OAuthError
  readonly target: ResponseTarget

  constructor(error: OAuthError, target: ResponseTarget) {
    super(error.message, { cause: error })
    this.error = error
    this.target = target
  }
}
