/** A line to a verifier that polls: one answer, one frame a line. docs/protocol/feed.md. */
import type { Writable } from 'node:stream'
import { type FeedFrame, type FeedSession, feedFrame } from '@latchkey/protocol'
import type { FeedSocket } from './connection.ts'

export interface PollLine extends FeedSocket {
  /** Resolves when the verifier has been sent what it should act on now, or nothing more will be sent. */
  readonly news: Promise<void>
  /** Ends the answer: the verifier comes back at once. */
  finish(): void
}

export interface PollLineDeps {
  readonly session: FeedSession
  /** The body of the answer. */
  readonly out: Writable
  /** What waits in it and behind it, in bytes. */
  waiting(): number
  /** The other side has taken something. */
  read(): void
}

export function pollLine({ session, out, waiting, read }: PollLineDeps): PollLine {
  const news = Promise.withResolvers<void>()
  let drained = Promise.resolve()
  let isOpen = true
  let keys = 0

  function finish(): void {
    if (isOpen) out.end()
    isOpen = false
    news.resolve()
  }

  function send(frame: FeedFrame): void {
    if (!isOpen) return
    drained = new Promise((resolve) => {
      // Called with an error too, when the answer was cut off: nobody shall wait for it then.
      out.write(`${session.seal(frame)}\n`, (error) => {
        if (!error) read()
        resolve()
      })
    })
    if (frame.t === 'keys') keys += 1
    // The first keys open every answer; a lease and a catalogue are what was asked for.
    if (frame.t === 'entries' || frame.t === 'snapshot' || keys > 1) news.resolve()
  }

  return {
    encoding: 'text',
    news: news.promise,
    get bufferedAmount() {
      return waiting()
    },
    send,
    wrapKey: session.wrapKey,
    drained: () => drained,
    finish,
    end: (code, reason) => {
      // The status was sent long ago: a goodbye says what a close code would.
      send(feedFrame('bye', JSON.stringify({ t: 'bye', reason, retry: code !== 1008 })))
      finish()
    },
    terminate: () => {
      isOpen = false
      out.destroy()
      news.resolve()
    },
  }
}
