/**
 * How long PostgreSQL may take, in milliseconds. An issuer answers 503 within 500 ms when it hangs (docs/architecture.md), so
 * everything ends before that: the server gives up by itself, and the client a moment later when not even that arrives.
 */
export interface PostgresLimits {
  /** Waiting for a lock, the write lock included. */
  readonly lockMs: number
  /** One statement. No query of the directory comes near this on a server that is well. */
  readonly statementMs: number
  /** From asking for a connection to the answer of the first statement; every further statement has as long. */
  readonly answerMs: number
}

const ANSWER_MS = 430

export function limitsFor(answerMs: number = ANSWER_MS): PostgresLimits {
  return { answerMs, statementMs: answerMs - 20, lockMs: answerMs - 30 }
}

/** A process that died or hangs in the middle of a transaction holds the write lock for no longer. */
export const IDLE_IN_TRANSACTION_MS = 2000

/** Connections of one issuer. PostgreSQL has 100 by default, for all issuers together. */
export const CONNECTIONS = 10

/** Keeps connections through quiet minutes: a new one costs a handshake of TLS and a password check. */
export const IDLE_CONNECTION_MS = 300_000
