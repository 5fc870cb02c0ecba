/** Tokens that only the holder of a key can use: RFC 7800 section 3, RFC 8705 section 3.1, RFC 9449 section 6. */
import type { Client } from '@latchkey/directory'

/** Keys that the sender of a token request has shown to hold. */
export interface ProvenKeys {
  /** RFC 7638 thumbprint of the key of the DPoP proof. */
  readonly dpopJkt?: string
  /** SHA-256 (base64url) of the certificate that authenticated the client. */
  readonly certificateHash?: string
  /** Number of the client's secret that authenticated it. Nothing is bound to it. */
  readonly secretId?: number
}

/**
 * The key that refresh tokens of this client are bound to. Public clients only: others prove themselves at every refresh
 * anyway, and may change the key (RFC 9449 section 5).
 */
export function refreshKey(
  client: Pick<Client, 'authMethod'>,
  { dpopJkt }: ProvenKeys,
): { readonly dpopJkt?: string } {
  return client.authMethod === 'none' && dpopJkt !== undefined ? { dpopJkt } : {}
}

/** `cnf`: undefined when nothing was proven, and whoever has the token may use it. */
export function confirmation(proven: ProvenKeys): Readonly<Record<string, string>> | undefined {
  const { dpopJkt, certificateHash } = proven
  if (dpopJkt === undefined && certificateHash === undefined) return undefined
  return {
    ...(dpopJkt !== undefined && { jkt: dpopJkt }),
    ...(certificateHash !== undefined && { 'x5t#S256': certificateHash }),
  }
}

/** Certificate-bound tokens are still sent as bearer tokens (RFC 8705 section 3). */
export function tokenType(cnf: Readonly<Record<string, string>> | undefined): 'Bearer' | 'DPoP' {
  return cnf?.['jkt'] === undefined ? 'Bearer' : 'DPoP'
}
