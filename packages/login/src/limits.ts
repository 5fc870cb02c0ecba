/**
 * Limits of the login package. The cookie sizes are one budget: Node refuses a header block over 16 KiB, so a full
 * session (3 × 3,800) and full transactions (3,000) must leave room for the browser's own headers. A person whose
 * cookies burst that limit could not even sign out.
 */
export const LOGIN_LIMITS = {
  /** Browsers keep 4,096 bytes of name, value and attributes; ours need about 100. */
  cookieChunkChars: 3800,
  /** A 4 KB access token, an ID token and a refresh token need 2 to 3 chunks. */
  sessionChunks: 3,
  /** Sessions kept opened: about 6 MB when full. */
  openedSessions: 1000,
  /** Tabs that may be signing in at the same time. */
  transactionCookies: 5,
  /** All transaction cookies together, names included. */
  transactionCookieChars: 3000,
  /** A person fetches a phone for the second factor; nobody needs half an hour. */
  transactionSeconds: 1800,
  /** Longer addresses are not remembered over a sign-in. */
  deepLinkChars: 1024,
  /** Shown on pages; the ID token is bounded by nothing else. */
  personNameChars: 200,
  /** RFC 7518 section 5.3: a 256-bit key deserves as much entropy. */
  cookieSecretBytes: 32,
  /** One that encrypts and a few that are on their way out. */
  cookieSecrets: 4,
  /** One answer of the issuer. It fails fast by itself when its store hangs. */
  issuerTimeoutSeconds: 5,
  /** After a failure nobody asks again for so long: requests must not queue up behind a dead issuer. */
  issuerPauseSeconds: 2,
  /** Tokens are renewed this long before they expire … */
  renewBeforeSeconds: 30,
  /** … or this share of their lifetime, whichever is longer, but never more than half of it. */
  renewBeforeShare: 0.2,
  /** How long a response may take and still learn that another request has renewed the session again. */
  successorSeconds: 600,
  /** About 20 MB of sessions when full. */
  successors: 10_000,
  /** Renewals of one session that such a response can have missed. */
  successorHops: 100,
  /**
   * A session that the service refuses so soon after sign-in is tried once more; when that one is refused as well, the
   * person gets a page instead of going in circles.
   */
  freshSessionSeconds: 10,
  /** OpenID Connect Back-Channel Logout 1.0 section 2.4 suggests at most two minutes. */
  logoutTokenAgeSeconds: 120,
  logoutTokenChars: 8192,
  /** jti, sid and sub of a logout token. */
  logoutClaimChars: 256,
  /** Remembered ended sessions and people: about 5 MB when full; the oldest go first. */
  endedEntries: 50_000,
  /** Remembered logout tokens; they expire within minutes. */
  seenLogoutTokens: 10_000,
  formBytes: 16 * 1024,
} as const
