/** Limits of signals to other systems. Each says why; units stand at the end. */
export const SIGNAL_LIMITS = {
  /** A receiver that was away for a week must look at its sessions anyway. */
  keepSeconds: 7 * 24 * 3600,
  /** Of one stream: about 12 MB. Then the oldest go, and the receiver asks who is still signed in. */
  mostWaiting: 10_000,
  /** Entries of the log that become signals in one step, at 1 ms for each signature. */
  entriesAtOnce: 64,
  /** Signals in one answer to a poll: about 120 KB. */
  mostPerPoll: 100,
  /** Under what proxies cut off. */
  longPollMs: 25_000,
  /** Jtis that one poll may acknowledge. */
  acknowledgedAtOnce: 1000,
  stateChars: 1024,
  reasonChars: 256,
  /** Verification events and changes of subjects that a stream may ask for in a minute. */
  verificationsPerMinute: 30,
  subjectChangesPerMinute: 600,
  /** Longer than an attempt may take, so that no other process begins one meanwhile. */
  firstRetrySeconds: 10,
  lastRetrySeconds: 600,
} as const
