import type { ClientSecret } from '../directory.ts'

/** Those that are good in this second, in their order. */
export function liveSecrets(secrets: readonly ClientSecret[], now: number): ClientSecret[] {
  return secrets.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt)
}
