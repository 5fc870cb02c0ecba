/**
 * The store or the directory did not answer in time. Nothing was granted. The issuer answers 503 with `Retry-After`
 * (docs/architecture.md); nobody may treat it as "not found".
 */
export class StoreUnavailable extends Error {
  readonly retryAfterSeconds: number

  constructor(what: string, options: { cause?: unknown; retryAfterSeconds?: number } = {}) {
    super(
      `${what} is unavailable`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'StoreUnavailable'
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1
  }
}
