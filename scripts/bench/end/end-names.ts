/** Names that goals, runs and tests refer to. */
export const ENDS = {
  floor: 'floor: one prebuilt frame to each socket',
  pollingMean: 'polling every second: mean of all',
  pollingLast: 'polling every second: the last',
  introspection: 'introspection: what every request waits',
  answered: 'latchkey, until the admin has the answer',
  receipts: 'latchkey, until the admin has every receipt',
} as const

export const SETS = {
  hundred: '100 services, Redis',
  thousand: '1000 services, Redis',
  memory: 'a million ended sessions: memory',
  miss: 'a million ended sessions: looking for another',
  cold: 'a million ended sessions: a service starts',
  idle: 'an idle feed, each second',
  sockets: '10,000 sockets, one session ends',
} as const

/** What others do, and what a figure may be at most. */
export const AGAINST = {
  map: 'Map<string, number>',
  twoSeconds: 'limit: 2 s',
  bytes: 'limit: 200 bytes',
  tenth: 'limit: 100 ms',
} as const
