/** Limits that several parts agree on. Each says why it is that large; units stand at the end of the names. */
export const LIMITS = {
  /** Two cookies' worth; Node refuses header blocks over 16 KiB, so a longer token could not be sent anyway. */
  tokenBytes: 8192,
  /** What rights may make of an access token: a cookie of 4,096 bytes, and half of what proxies take as one header. */
  tokenBudgetBytes: 4096,
  /** Default lifetime of an access token. */
  accessTokenSeconds: 300,
  /** No token lives longer, whatever the settings say: the size of the revocation log depends on it. */
  accessTokenMaxSeconds: 900,
  /** Clocks of issuer and services may differ by so much. Never applied to refresh. */
  clockSkewSeconds: 5,
  /** RFC 6749 section 4.1.2 recommends at most ten minutes; a redirect needs seconds (FAPI 2.0: 60). */
  codeSeconds: 60,
  /** A lost response is repeated within seconds; longer would help a thief. */
  refreshGraceSeconds: 10,
  sessionIdleSeconds: 8 * 3600,
  sessionAbsoluteSeconds: 7 * 24 * 3600,
  /** Lease T (docs/architecture.md): the proven bound for ending a session. */
  leaseMs: 5000,
  /** No issuer is believed when it promises more: a bound of minutes would prove nothing. */
  leaseMaxMs: 60_000,
  /** One feed frame. A snapshot larger than this is sent in several frames. */
  /** A request id, in log lines and questions about it: those of others may be longer than ours. */
  requestIdChars: 128,
  /** Requests of one id that are told: services count their own, so that some share an id. */
  refusedAnswers: 8,
  feedFrameBytes: 64 * 1024,
  /** How long a request waits for the feed when its token is ahead of this verifier. */
  aheadWaitMs: 50,
  /** A route catalogue travels in one frame. Large services have 4,000 routes. */
  catalogueRoutes: 4096,
  routePatternChars: 512,
  /** States of a catalogue that verifiers are told: a token lives for minutes, and so many changes in that time are no deployment. */
  catalogueHeads: 64,
  /** The list form of `routes` (packages/permissions/README.md). */
  routesListEntries: 32,
  routesListBytes: 512,
  clientIdChars: 128,
  stateChars: 2048,
  nonceChars: 512,
  scopeChars: 1024,
  uriChars: 2048,
  usernameChars: 256,
  /** Six digits, in any groups. */
  oneTimeCodeChars: 32,
  /** Bounds the work before hashing; argon2id does not truncate (OWASP suggests at least 64). */
  passwordBytes: 1024,
  /** Enough to tell one device from another in a list. */
  userAgentChars: 200,
  formBytes: 64 * 1024,
  jsonBytes: 64 * 1024,
  formFields: 64,
} as const
