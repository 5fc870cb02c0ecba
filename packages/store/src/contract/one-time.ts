export interface OneTimeStore {
  /** First caller within the time gets true, everybody else false: jti of logout tokens and assertions. */
  claim(purpose: string, key: string, ttlSeconds: number, now: number): Promise<boolean>
  /** Keeps a value that can be taken once: WebSocket tickets, interactions. */
  put(purpose: string, key: string, value: string, ttlSeconds: number, now: number): Promise<void>
  /** The value, exactly once; undefined afterwards, when unknown or expired. */
  take(purpose: string, key: string, now: number): Promise<string | undefined>
  /** The value without taking it: a pushed request is looked at until its sign-in is complete (RFC 9126 section 4). */
  peek(purpose: string, key: string, now: number): Promise<string | undefined>
}
