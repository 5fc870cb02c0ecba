/** Limits of grants. Units stand at the end of the names. */
export const GRANT_LIMITS = {
  /** Longer than any pattern that a person would declare, short enough to be shown in one line of a log. */
  grantChars: 256,
  /** The same for depth. */
  segments: 32,
  /** A list that fits in a token as it is: a longer one would cost more to parse than a bitmap. */
  listEntries: 32,
  /** The same list as JSON. Leaves most of the 4 KB that a token may have to everything else. */
  listBytes: 512,
} as const
