export interface Event {
  readonly atMs: number
  readonly run: () => void
}

export interface EventQueue {
  /** The function returned takes it out again. */
  add(atMs: number, run: () => void): () => void
  /** The next event that is not later; undefined when there is none. */
  take(untilMs: number): Event | undefined
}

interface Waiting extends Event {
  readonly order: number
  cancelled: boolean
}

/** A binary heap: by time, then in the order in which events were added. */
export function eventQueue(): EventQueue {
  const heap: Waiting[] = []
  let added = 0

  const isBefore = (a: Waiting, b: Waiting) =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

  function up(from: number): void {
    const item = heap[from] as Waiting
    let i = from
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent] as Waiting
      if (!isBefore(item, above)) break
      heap[i] = above
      i = parent
    }
    heap[i] = item
  }

  function down(item: Waiting): void {
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right && isBefore(right, heap[child] as Waiting)) child += 1
      const below = heap[child] as Waiting
      if (!isBefore(below, item)) break
      heap[i] = below
      i = child
    }
    heap[i] = item
  }

  function removeFirst(): void {
    const last = heap.pop() as Waiting
    if (heap.length > 0) down(last)
  }

  return {
    add: (atMs, run) => {
      const event = { atMs, run, order: added++, cancelled: false }
      heap.push(event)
      up(heap.length - 1)
      return () => {
        event.cancelled = true
      }
    },
    take: (untilMs) => {
      for (let first = heap[0]; first && first.atMs <= untilMs; first = heap[0]) {
        removeFirst()
        if (!first.cancelled) return first
      }
      return undefined
    },
  }
}
