import type { AccessTokenClaims } from '@latchkey/protocol'

/**
 * Claims are shared by all requests with the same token, so nobody may change them. Frozen once; from then on this is
 * one look.
 */
export function freezeClaims(claims: AccessTokenClaims): AccessTokenClaims {
  return Object.isFrozen(claims) ? claims : freezeDeep(claims)
}

/** Claims are JSON of limited size, without cycles. */
function freezeDeep<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) freezeDeep(member)
  }
  return Object.freeze(value)
}
