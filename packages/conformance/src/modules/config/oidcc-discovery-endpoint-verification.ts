/** OpenID Foundation, Config OP: The metadata. */
import { config } from '../module.ts'

export const oidccDiscoveryEndpointVerification = config(
  'oidcc-discovery-endpoint-verification',
  'discovery.document',
  'discovery.issuer',
  'discovery.issuer-form',
  'discovery.required',
  'discovery.endpoints',
  'discovery.rs256',
  'discovery.scope-openid',
  'discovery.code',
  'discovery.locales',
  'discovery.claims',
  'jwks.keys',
  'jwks.public',
)
