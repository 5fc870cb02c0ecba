export type Attempt =
  | {
      readonly kind: 'allowed'
      /** In this window, with this one. */
      readonly attempts: number
      /** Until the window is over. */
      readonly secondsLeft: number
    }
  | { readonly kind: 'blocked'; readonly retryAfterSeconds: number }

/** Counts attempts, for all processes together. Keys are kept as digests. */
export interface Throttle {
  /**
   * Counts one attempt; blocked from the one after `limit` until the window, which began with the first that counts, is
   * over. So many earlier ones as `givenBack` says are forgotten first: it saves a `giveBack` of its own.
   */
  attempt(
    purpose: string,
    key: string,
    rule: { readonly limit: number; readonly windowSeconds: number },
    now: number,
    givenBack?: number,
  ): Promise<Attempt>
  /** Takes one attempt back: nothing was guessed by it. One of a window that is over stays in the past. */
  giveBack(purpose: string, key: string, now: number): Promise<void>
  /** Forgets the attempts: it was the right password. */
  clear(purpose: string, key: string): Promise<void>
}
