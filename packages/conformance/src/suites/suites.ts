import type { Suite } from '../rule/rule.ts'
import { accessTokenSuite } from './at-rfc9068.ts'
import { authorizationOidcSuite } from './authorization-oidc-core.ts'
import { authorizationRequestSuite } from './authorization-request-rfc6749.ts'
import { backchannelSuite } from './backchannel-logout.ts'
import { bearerSuite } from './bearer-rfc6750.ts'
import { clientAssertionSuite } from './client-assertion-rfc7523.ts'
import { clientAuthenticationSuite } from './client-authentication-rfc6749.ts'
import { deviceSuite } from './device-rfc8628.ts'
import { discoverySuite } from './discovery-rfc8414-oidc.ts'
import { dpopSuite } from './dpop-rfc9449.ts'
import { exchangeSuite } from './exchange-rfc8693.ts'
import { fapiSuite } from './fapi-2-security-profile.ts'
import { frontchannelSuite } from './frontchannel-logout.ts'
import { hygieneSuite } from './hygiene.ts'
import { idTokenSuite } from './id-token.ts'
import { introspectionSuite } from './introspection-rfc7662-rfc9701.ts'
import { issSuite } from './iss-rfc9207.ts'
import { jarSuite } from './jar-rfc9101.ts'
import { jwksSuite } from './jwks.ts'
import { pairwiseSuite } from './pairwise.ts'
import { parSuite } from './par-rfc9126.ts'
import { pkceSuite } from './pkce-rfc7636.ts'
import { protectedResourceSuite } from './protected-resource-rfc9728.ts'
import { rarSuite } from './rar-rfc9396.ts'
import { refreshSuite } from './refresh-rfc6749.ts'
import { registrationSuite } from './registration-rfc7591-rfc7592.ts'
import { resourceSuite } from './resource-rfc8707.ts'
import { revocationSuite } from './revocation-rfc7009.ts'
import { rpLogoutSuite } from './rp-logout.ts'
import { securitySuite } from './security-bcp-rfc9700.ts'
import { stepUpSuite } from './step-up-rfc9470.ts'
import { tokenSuite } from './token-rfc6749.ts'
import { userinfoSuite } from './userinfo.ts'

/** All suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  discoverySuite,
  jwksSuite,
  authorizationRequestSuite,
  authorizationOidcSuite,
  issSuite,
  pkceSuite,
  clientAuthenticationSuite,
  tokenSuite,
  refreshSuite,
  idTokenSuite,
  userinfoSuite,
  pairwiseSuite,
  revocationSuite,
  introspectionSuite,
  resourceSuite,
  parSuite,
  jarSuite,
  rarSuite,
  clientAssertionSuite,
  dpopSuite,
  deviceSuite,
  exchangeSuite,
  registrationSuite,
  rpLogoutSuite,
  backchannelSuite,
  frontchannelSuite,
  bearerSuite,
  accessTokenSuite,
  protectedResourceSuite,
  stepUpSuite,
  securitySuite,
  hygieneSuite,
  fapiSuite,
]
