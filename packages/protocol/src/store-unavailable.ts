/** `store_unconfirmed`: it was done, and too few replicas have said that they have it, so that a failover may lose it. */
export type UnavailableReason = 'store_unavailable' | 'store_unconfirmed'

/**
 * The store or the directory did not answer in time. Nothing was granted. The issuer answers 503 with `Retry-After`
 * (docs/architecture.md); nobody may treat it as "not found".
 */
export class StoreUnavailable extends Error {
  readonly retryAfterSeconds: number
  readonly reason: UnavailableReason

  constructor(
    what: string,
    options: { cause?: unknown; retryAfterSeconds?: number; reason?: UnavailableReason } = {},
  ) {
    super(
      `${what} is unavailable`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'StoreUnavailable'
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1
    this.reason = options.reason ?? 'store_unavailable'
  }

  /** What the innermost cause says, for the log and whoever starts the program; never for callers. Undefined without a cause. */
  get why(): string | undefined {
    let [inner, depth] = [this.cause, 0]
    while (inner instanceof Error && inner.cause !== undefined && depth < 8) {
      inner = inner.cause
      depth += 1
    }
    if (!(inner instanceof Error)) return undefined
    // A host with several addresses: the message is empty, and only the code tells.
    const { message, code } = inner as NodeJS.ErrnoException
    const said = [
      message === '' ? undefined : message,
      message.includes(code ?? '') ? undefined : code,
    ]
    return said.filter((one) => one !== undefined).join(', ') || undefined
  }
}
