/** Limits of the connections of pages. They are many, and each is worth little. */
export const PAGE_LIMITS = {
  /** About 20 KB each. Whoever comes later polls. */
  connections: 20_000,
  /** Tabs of one session, over all its apps. */
  connectionsPerSession: 32,
  /** Proxies close what is silent for a minute. */
  pingMs: 25_000,
  /** From one ping to the next: a page has nothing to say but pongs and a goodbye. */
  inboundBytes: 4096,
  /** Messages are 60 bytes long. Who has so much before them does not read. */
  bufferedBytes: 16 * 1024,
  /** A long poll is answered after so long at the latest, before a proxy gives up on it. */
  pollSeconds: 25,
  /** How long before the end of an unused session its pages hear of it. */
  expiringSeconds: 300,
} as const
