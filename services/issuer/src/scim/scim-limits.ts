/** Limits of SCIM. Each says why; units stand at the end. */
export const SCIM_LIMITS = {
  /** The largest page: as many as the directory gives at once. */
  pageResources: 500,
  /** When the client does not say. */
  usualPageResources: 100,
  /** Beyond so many matches a filter is `tooMany`: counting goes through each of them. A list without a filter has no such limit. */
  matches: 100_000,
  /** A membership is never told in part, because a client would put the part back; all of an answer has to fit into memory. */
  membersTold: 10_000,
  /** A group of a few thousand members is replaced in one request. */
  bodyBytes: 1_048_576,
  /** Operations of one PATCH: each goes through the whole resource. */
  operations: 1000,
  /** Of them, those that have to look at every member of a group: nobody else gets a turn meanwhile. */
  operationsOnAllMembers: 10,
  /** Of one attribute of a person, while operations go through them: more than anybody has. */
  values: 64,
  filterChars: 4096,
  /** Parentheses and brackets inside each other. */
  filterDepth: 8,
  filterTerms: 64,
  /** For so long the next page is found without passing over the ones before. */
  bookmarkSeconds: 600,
} as const
