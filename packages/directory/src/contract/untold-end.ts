import type { Actor, EndReason, EndTarget } from '@latchkey/protocol'

/** What a change in the directory ends. Sessions and tokens are not in the directory, and nobody changes everybody. */
export type ChangedTarget = Exclude<EndTarget, { kind: 'session' | 'token' | 'all' }>

export interface PlannedEnd {
  readonly target: ChangedTarget
  readonly reason: EndReason
  readonly actor: Actor
}

/** A planned end that was committed with its change. The log may have it, and then somebody died before the note was removed. */
export interface UntoldEnd extends PlannedEnd {
  /** Never given twice: the log takes it once, however often it is told. */
  readonly id: string
}

/**
 * Ends that changes of the directory have yet to bring about. They are noted in the transaction of the change, told to the
 * revocation log after the commit, and then removed: so a process that dies in between loses nothing.
 */
export interface UntoldEnds {
  /**
   * Belongs into the transaction of the change. Who notes them tells them.
   * @param heldUntil second before which nobody else is given them; more than a minute ahead of whoever claims it does not count
   */
  note(ends: readonly PlannedEnd[], heldUntil: number): Promise<UntoldEnd[]>
  /** Whether `claim` would give any. */
  areWaiting(now: number): Promise<boolean>
  /** Those that nobody holds, at most `limit`, the longest waiting first. The caller holds them from now on; each goes to one caller. */
  claim(limit: number, now: number, heldUntil: number): Promise<UntoldEnd[]>
  /** False when it was removed before. */
  remove(id: string): Promise<boolean>
}
