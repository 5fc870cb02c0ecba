export { TOKEN_FAULTS, type TokenFault, type TokenOutcome } from './access-token.ts'
export {
  type AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  accessTokenVerifier,
} from './access-token-verifier.ts'
export { type DecodedJwt, decodeJwt } from './decode-jwt.ts'
export { deriveKey, type MasterSecret } from './derive-key.ts'
export { deriveServiceKey, type ServiceKeyFacts } from './derive-service-key.ts'
export { exportPrivateJwk, type Jwk, publicJwks } from './export-jwk.ts'
export { generateSigningKey, type SigningKeyFacts } from './generate-signing-key.ts'
export { importPrivateJwk, importPublicJwk, importSecretJwk } from './import-jwk.ts'
export { importJwkSet } from './import-jwk-set.ts'
export { keyMap } from './key-map.ts'
export type { Alg, AsymmetricAlg, KeyLifeState, KeyRecord, SigningKeyRecord } from './key-record.ts'
export { keyRecordOf } from './key-record-of.ts'
export { type PlainTyp, signAccessToken, signJwt } from './sign-jwt.ts'
export { type JwsOutcome, verifyJws } from './verify-jws.ts'
export { type JwtOutcome, type VerifyJwtOptions, verifyJwt } from './verify-jwt.ts'
