import type { VerifierPresence } from './store.ts'
import { textDigest } from './text-digest.ts'

/**
 * Under what a verifier is kept. It makes up `instance` itself, so its client and its service belong to the name: nobody can
 * speak for a verifier of somebody else.
 */
export function verifierName(verifier: VerifierPresence): string {
  const { instance, clientId, audience } = verifier
  return textDigest(JSON.stringify([instance, clientId, audience]))
}
