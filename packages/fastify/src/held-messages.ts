import type { GatedMessage } from './socket-gate.ts'

/** Messages that wait until it is known whether they may pass. */
export interface HeldMessages {
  /** False: too many wait already, or too much. */
  add(message: GatedMessage): boolean
  /** In the order in which they came. */
  takeAll(): readonly GatedMessage[]
}

/** A second or two of a busy socket. */
const MOST_MESSAGES = 256
const MOST_BYTES = 512 * 1024

export function heldMessages(): HeldMessages {
  let held: GatedMessage[] = []
  let bytes = 0
  return {
    add: (message) => {
      bytes += sizeOf(message.args[0])
      if (held.length >= MOST_MESSAGES || bytes > MOST_BYTES) return false
      held.push(message)
      return true
    },
    takeAll: () => {
      const all = held
      held = []
      bytes = 0
      return all
    },
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0
}
