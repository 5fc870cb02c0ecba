/** Limits of the directory beside those of `LIMITS` in the protocol. Each says why; units stand at the end. */
export const DIRECTORY_LIMITS = {
  /** Display names of people, clients and services. */
  nameChars: 256,
  /** RFC 5321 section 4.5.3.1: 64 before the @, 255 after, 254 in all by erratum 1690. */
  emailChars: 254,
  /** RFC 5646 section 4.4.1 recommends 35. */
  localeChars: 35,
  roleNameChars: 64,
  descriptionChars: 1024,
  /** It stands in every token. */
  audienceChars: 256,
  /** Lines of a postal address. */
  addressChars: 1024,
  /** The longest IANA name has 32. */
  zoneChars: 64,
  rolesPerUser: 64,
  /** Per role, user or client, all audiences together. */
  grantsPerOwner: 1024,
  /** The last second of the year 9999: a number in milliseconds lies beyond. */
  untilSeconds: 253_402_300_799,
  groupNameChars: 128,
  groupsPerUser: 256,
  /** In one call: a transaction holds up others. */
  membersPerChange: 1000,
  externalIdChars: 256,
  attributesPerUser: 64,
  /** A text, or an entry of a list, when its rule does not say. */
  attributeChars: 1024,
  attributeEntries: 64,
  /** All attributes of a user together, as JSON. */
  attributesBytes: 16_384,
  urisPerClient: 64,
  servicesPerClient: 256,
  corsOriginsPerClient: 16,
  contactsPerClient: 16,
  /** Each is tried when a signature names none: work that a stranger can ask for. */
  keysPerClient: 16,
  /** Sixteen RSA keys of 4096 bits, each with a certificate, fit. */
  jwksChars: 65_536,
  kidChars: 256,
  /** RFC 1035 section 2.3.4. */
  hostChars: 253,
  /** A subject DN has no limit of its own; those in use stay under 500. */
  tlsNameChars: 1024,
  /** PostgreSQL's integer: 68 years. */
  maxAgeSeconds: 2_147_483_647,
  /** A sealed secret of the longest kind needs about 800. */
  sealedChars: 2048,
  /** Scope words that a client may ask for are few; the rest would be noise. */
  scopesPerConsent: 64,
  usesPerRegistrationToken: 1_000_000,
  clientsPerService: 256,
  /** As many as the catalogue bitmap is made for (packages/permissions/README.md). */
  routesPerService: 4096,
  /** Numbers are never reused, so a service that publishes new routes for ever has to stop somewhere. */
  routeNumbersPerService: 16_384,
  /** Lists of routes that are remembered: versions of a service that could live at the same time. */
  publicationsPerService: 64,
  routePatternChars: 512,
  /** NIST SP 800-63B section 3.1.1.2: code points, nothing else is demanded. */
  passwordChars: 8,
  /** A client secret is a key: 256 bits, and RFC 6749 appendix A.11 lets it be any visible text. */
  secretMinBytes: 32,
  secretMaxBytes: 512,
  /** The one in use and the one that follows it. */
  secretsPerClient: 2,
  auditActionChars: 64,
  auditTextChars: 512,
  auditDetailBytes: 4096,
  /** A wrapped RSA 4096 key needs about 4,500. */
  wrappedKeyChars: 16_384,
  publicKeyChars: 4096,
  /** Keys of one service, or of one algorithm, that are not retired: each goes to every verifier. */
  livingKeys: 8,
  /** There are fewer than ten that we send, and as many of others. */
  eventsPerStream: 64,
  eventChars: 256,
  /** A bearer token of the receiver; sealed it needs a third more. */
  authorizationChars: 1024,
  exclusionsPerStream: 10_000,
  /** One page of a list. */
  pageRows: 500,
} as const
