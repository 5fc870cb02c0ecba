/** One part of a table of marks: open addressing in typed arrays, 20 bytes a slot, no object for a mark. */

export interface MarkSegment {
  readonly size: number
  readonly slots: number
  /** Offset of the mark of this fingerprint, -1 without one. `low` is not 0. */
  offsetOf(low: number, high: number): number
  /** Two names with one fingerprint share a mark: the later offset and the later expiry count, so that it only ends more. */
  keep(low: number, high: number, offset: number, expiresAt: number): void
  /** Deletes what expired before `nowSeconds`, in at most `steps` steps from a slot on. Returns the slot to go on with. */
  sweep(from: number, steps: number, nowSeconds: number): number
  /** Gives back the memory of slots that have long been empty. */
  shrink(): void
}

const FIRST_SLOTS = 8
const BYTES_PER_SLOT = 20
/** Fuller than this, looking for what is not there takes long walks. */
const FULLEST = 0.8
/** A little at a time: the memory of a million marks is what counts. */
const GROWTH = 1.5
/** Emptier than this, the slots are given back. */
const EMPTIEST = 0.3
/** Seconds are kept in 32 bits; what would live beyond 2106 lives until then. */
const LATEST_SECOND = 0xffffffff
/** `low` of a slot that holds nothing. */
const EMPTY = 0

interface Room {
  readonly slots: number
  readonly offsets: Float64Array<ArrayBuffer>
  readonly lows: Int32Array<ArrayBuffer>
  readonly highs: Int32Array<ArrayBuffer>
  readonly expiries: Uint32Array<ArrayBuffer>
}

export function markSegment(): MarkSegment {
  let room = roomFor(0)

  function resize(slots: number): void {
    const old = room
    room = roomFor(slots)
    segment.slots = slots
    for (let from = 0; from < old.slots; from++) {
      const low = old.lows[from] as number
      if (low !== EMPTY) copy(old, from, room, slotOf(room, low, old.highs[from] as number))
    }
    // Frees it now and not when garbage is collected next: a growing table would leave several times its size behind.
    old.lows.buffer.transfer(0)
  }

  // Fields, because each token looks here: mark-table.ts.
  const segment: { -readonly [Name in keyof MarkSegment]: MarkSegment[Name] } = {
    size: 0,
    slots: 0,
    offsetOf: (low, high) => {
      if (segment.size === 0) return -1
      const slot = slotOf(room, low, high)
      return room.lows[slot] === EMPTY ? -1 : (room.offsets[slot] as number)
    },
    keep: (low, high, offset, expiresAt) => {
      if (segment.size + 1 > room.slots * FULLEST) {
        resize(Math.max(FIRST_SLOTS, Math.ceil(room.slots * GROWTH)))
      }
      const { lows, highs, offsets, expiries } = room
      const slot = slotOf(room, low, high)
      if (lows[slot] === EMPTY) {
        lows[slot] = low
        highs[slot] = high
        offsets[slot] = -1
        expiries[slot] = 0
        segment.size += 1
      }
      offsets[slot] = Math.max(offsets[slot] as number, offset)
      expiries[slot] = Math.max(expiries[slot] as number, Math.min(expiresAt, LATEST_SECOND))
    },
    sweep: (from, steps, nowSeconds) => {
      let slot = from
      for (let step = 0; step < steps && slot < room.slots; step++) {
        const expired = room.lows[slot] !== EMPTY && (room.expiries[slot] as number) < nowSeconds
        // What moves into the slot has not been looked at.
        if (expired) remove(room, slot)
        else slot += 1
        if (expired) segment.size -= 1
      }
      return slot
    },
    shrink: () => {
      const enough = Math.max(FIRST_SLOTS, Math.ceil(segment.size / FULLEST) + 1)
      if (segment.size < room.slots * EMPTIEST && enough < room.slots) resize(enough)
    },
  }
  return segment
}

/** All in one piece of memory: the numbers of 64 bits come first, because they have to be aligned. */
function roomFor(slots: number): Room {
  const memory = new ArrayBuffer(slots * BYTES_PER_SLOT)
  return {
    slots,
    offsets: new Float64Array(memory, 0, slots),
    lows: new Int32Array(memory, slots * 8, slots),
    highs: new Int32Array(memory, slots * 12, slots),
    expiries: new Uint32Array(memory, slots * 16, slots),
  }
}

/** Where a fingerprint would like to be: in the order of `low`, so that growing copies from front to end. */
function homeOf({ slots }: Room, low: number): number {
  return Math.floor(((low >>> 0) / 0x1_0000_0000) * slots)
}

/** The slot of this fingerprint, or the empty one where it belongs. There is always an empty one. */
function slotOf(room: Room, low: number, high: number): number {
  const { lows, highs, slots } = room
  let slot = homeOf(room, low)
  for (;;) {
    const here = lows[slot]
    if (here === EMPTY || (here === low && highs[slot] === high)) return slot
    slot = slot + 1 === slots ? 0 : slot + 1
  }
}

/** Empties a slot, and moves up whoever would not be found any more across the hole. */
function remove(room: Room, slot: number): void {
  const { lows, slots } = room
  let hole = slot
  for (let next = (hole + 1) % slots; lows[next] !== EMPTY; next = (next + 1) % slots) {
    const home = homeOf(room, lows[next] as number)
    const reachable = hole < next ? home > hole && home <= next : home > hole || home <= next
    if (reachable) continue
    copy(room, next, room, hole)
    hole = next
  }
  lows[hole] = EMPTY
}

function copy(from: Room, slot: number, to: Room, toSlot: number): void {
  to.lows[toSlot] = from.lows[slot] as number
  to.highs[toSlot] = from.highs[slot] as number
  to.offsets[toSlot] = from.offsets[slot] as number
  to.expiries[toSlot] = from.expiries[slot] as number
}
