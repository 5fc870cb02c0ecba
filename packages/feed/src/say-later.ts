export interface SayLater {
  /** Sends this when all that has arrived in this turn of the loop has been read. */
  later(body: string | Uint8Array): void
  /** Sends what waits. */
  now(): void
}

/**
 * Listening comes before speaking: a process that is told of many ends, or by many issuers, has applied them all before it spends time on
 * saying so. Sealing and writing an acknowledgement takes as long as applying an entry.
 */
export function sayLater(send: (body: string | Uint8Array) => void): SayLater {
  let waiting: (string | Uint8Array)[] = []

  function now(): void {
    const bodies = waiting
    waiting = []
    for (const body of bodies) send(body)
  }

  return {
    later: (body) => {
      if (waiting.length === 0) setImmediate(now)
      waiting.push(body)
    },
    now,
  }
}
