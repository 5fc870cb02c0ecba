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
  rolesPerUser: 64,
  /** Per role, user or client, all audiences together. */
  grantsPerOwner: 1024,
  urisPerClient: 64,
  servicesPerClient: 256,
  clientsPerService: 256,
  /** As many as the catalogue bitmap is made for (DESIGN section 4). */
  routesPerService: 4096,
  /** Numbers are never reused, so a service that publishes new routes for ever has to stop somewhere. */
  routeNumbersPerService: 16_384,
  routePatternChars: 512,
  /** NIST SP 800-63B section 3.1.1.2: code points, nothing else is demanded. */
  passwordChars: 8,
  /** A client secret is a key: 256 bits, and RFC 6749 appendix A.11 lets it be any visible text. */
  secretMinBytes: 32,
  secretMaxBytes: 512,
  auditActionChars: 64,
  auditTextChars: 512,
  auditDetailBytes: 4096,
  /** A wrapped RSA 4096 key needs about 4,500. */
  wrappedKeyChars: 16_384,
  publicKeyChars: 4096,
  /** One page of a list. */
  pageRows: 500,
} as const
