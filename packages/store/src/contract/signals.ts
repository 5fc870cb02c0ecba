/** What a security event token (RFC 8417) will say to its receiver. It is signed when it is given out: no key has to live as long as a queue. */
export interface Signal {
  readonly jti: string
  /** Its claims, as JSON. */
  readonly claims: string
  /** Second from which it is worth nothing any more. */
  readonly expiresAt: number
}

/** How far the log of one partition has been turned into signals. */
export interface SignalCursor {
  readonly partition: number
  readonly epoch: number
  readonly offset: number
}

/** What receivers of signals have not acknowledged yet, one queue for each stream. */
export interface SignalQueue {
  /**
   * Adds signals in order and moves the stream's cursor of this partition from `after` to `to`, in one step; false, and nothing
   * is added, when the cursor stands elsewhere: another process has been faster. `after` undefined: there was none yet.
   * Of more than `most` the oldest go.
   */
  append(
    stream: string,
    move: { readonly after: SignalCursor | undefined; readonly to: SignalCursor },
    signals: readonly Signal[],
    most: number,
    now: number,
  ): Promise<boolean>
  /** Adds one that is made from no entry (verification, stream updated). */
  add(stream: string, signal: Signal, most: number, now: number): Promise<void>
  cursor(stream: string, partition: number): Promise<SignalCursor | undefined>
  /** The oldest first, at most `limit`; `more` when there are others behind them. */
  peek(
    stream: string,
    limit: number,
    now: number,
  ): Promise<{ readonly signals: readonly Signal[]; readonly more: boolean }>
  /** They have arrived, or will never be wanted. Unknown ones are ignored. */
  settle(stream: string, jtis: readonly string[]): Promise<void>
  /** A hint that something was added to a stream. Returns the function that stops it. */
  watch(listener: (stream: string) => void): () => void
  /** The stream is gone, with all that belongs to it. */
  drop(stream: string): Promise<void>
}
