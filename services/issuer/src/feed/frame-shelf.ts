import type { FeedFrame } from '@latchkey/protocol'

/** Some 400 frames of a long snapshot, or all of an evening's single entries. */
const MOST_BYTES = 16 * 1024 * 1024

export interface FrameShelf {
  /** The frame that this key names, written now if nobody has needed it lately. */
  take(key: string, write: () => FeedFrame): FeedFrame
}

/**
 * Frames that several verifiers get word for word, so that an entry for a thousand sockets is written once, and so is the
 * snapshot that a thousand ask for after a restart (attack K17). Each line adds only its own MAC.
 */
export function frameShelf(): FrameShelf {
  const frames = new Map<string, FeedFrame>()
  let bytes = 0

  function drop(): void {
    for (const [key, { body }] of frames) {
      if (bytes <= MOST_BYTES) return
      frames.delete(key)
      bytes -= body.length
    }
  }

  return {
    take: (key, write) => {
      const known = frames.get(key)
      if (known) return known
      const frame = write()
      frames.set(key, frame)
      bytes += frame.body.length
      drop()
      return frame
    },
  }
}
