export { TOKEN_FAULTS, type TokenFault, type TokenOutcome } from './access-token.ts'
export {
  type AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  accessTokenVerifier,
} from './access-token-verifier.ts'
export { type ClientSigningKey, clientSigningKey } from './client-key.ts'
export { clientSecretKey } from './client-secret-key.ts'
export {
  CLIENT_ASSERTION_TYPE,
  type ClientAssertionFacts,
  createClientAssertion,
} from './create-client-assertion.ts'
export { createDpopProof, type DpopProofFacts } from './create-dpop-proof.ts'
export { type DecodedJwt, decodeJwt } from './decode-jwt.ts'
export { deriveKey, type MasterSecret } from './derive-key.ts'
export { deriveServiceKey, type ServiceKeyFacts } from './derive-service-key.ts'
export { exportPrivateJwk, type Jwk, publicJwks } from './export-jwk.ts'
export { generateSigningKey, type SigningKeyFacts } from './generate-signing-key.ts'
export { hmacMatches, hmacSha256 } from './hmac.ts'
export { type ClientKey, importClientKeys } from './import-client-keys.ts'
export { importPrivateJwk, importPublicJwk, importSecretJwk } from './import-jwk.ts'
export { importJwkSet } from './import-jwk-set.ts'
export { jwkThumbprint } from './jwk-thumbprint.ts'
export { jwtKid } from './jwt-kid.ts'
export { keyMap } from './key-map.ts'
export {
  type Alg,
  ASYMMETRIC_ALGS,
  type AsymmetricAlg,
  type KeyLifeState,
  type KeyRecord,
  type SigningKeyRecord,
} from './key-record.ts'
export { keyRecordOf } from './key-record-of.ts'
export { type PlainTyp, signAccessToken, signJwt } from './sign-jwt.ts'
export { parseStrictList, parseStrictObject } from './strict-json.ts'
export {
  type ClientJwtHeader,
  type ClientJwtOutcome,
  clientJwtHeader,
  type VerifyClientJwtOptions,
  verifyClientJwt,
} from './verify-client-jwt.ts'
export {
  accessTokenHash,
  DPOP_ALGS,
  DPOP_WINDOW,
  type DpopExpectation,
  type DpopFault,
  type DpopOutcome,
  verifyDpopProof,
} from './verify-dpop-proof.ts'
export { type JwsOutcome, verifyJws } from './verify-jws.ts'
export { type JwtOutcome, type VerifyJwtOptions, verifyJwt } from './verify-jwt.ts'
