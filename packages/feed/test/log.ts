import type { FeedPosition, LogEntry } from '@latchkey/protocol'

/** A place in epoch 1 of partition 0. */
export const at = (offset: number, change: Partial<FeedPosition> = {}): FeedPosition => ({
  p: 0,
  epoch: 1,
  offset,
  digest: offset === 0 ? '' : offset.toString(16),
  ...change,
})

/** An entry that concerns nobody, unless changed, and lives for fifteen minutes of the simulated time. */
export const entry = (o: number, change: Partial<LogEntry> = {}): LogEntry => ({
  p: 0,
  o,
  k: 'none',
  v: '',
  x: 1_800_000_900,
  d: o.toString(16),
  ...change,
})
