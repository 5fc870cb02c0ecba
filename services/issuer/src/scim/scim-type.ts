/** RFC 7644 section 8.1. */
export const SCIM_TYPE = 'application/scim+json'

/** Below the address of the issuer. */
export const SCIM_PREFIX = '/scim/v2'
