import type { FeedFrame } from '@latchkey/protocol'

/** A snapshot of 100,000 entries. A frame counts once for each key that it has, and twice this at most is kept. */
const MOST_BYTES = 32 * 1024 * 1024
/** What a key and its place in a table cost, whatever the frame. */
const KEY_BYTES = 256

export interface FrameShelf {
  /**
   * The frame that this audience gets, written now if nobody has needed it lately. `place` names the entries and how they are encoded;
   * `variant` says which of them the audience may read, and is asked only once for each audience and place.
   */
  take(place: string, audience: string, variant: () => string, write: () => FeedFrame): FeedFrame
  /** Forgets what nobody has taken since the last call. */
  age(): void
}

/**
 * Frames that several verifiers get word for word, so that an entry for a thousand sockets is written once, and so is the
 * snapshot that a thousand ask for after a restart (attack K17). Each line adds only its own MAC.
 */
export function frameShelf(): FrameShelf {
  /** By place and audience, and by place and variant: audiences that may read the same share a frame. */
  let fresh = new Map<string, FeedFrame>()
  let older = new Map<string, FeedFrame>()
  let bytes = 0

  function age(): void {
    older = fresh
    fresh = new Map()
    bytes = 0
  }

  function put(key: string, frame: FeedFrame): FeedFrame {
    bytes += frame.body.length + KEY_BYTES
    if (bytes > MOST_BYTES) age()
    fresh.set(key, frame)
    return frame
  }

  /** What is still in use becomes fresh again. */
  function find(key: string): FeedFrame | undefined {
    const frame = fresh.get(key)
    if (frame) return frame
    const old = older.get(key)
    return old && put(key, old)
  }

  return {
    take: (place, audience, variant, write) => {
      const mine = `${place} for ${audience}`
      const known = find(mine)
      if (known) return known
      const shared = `${place} as ${variant()}`
      return put(mine, find(shared) ?? put(shared, write()))
    },
    age,
  }
}
