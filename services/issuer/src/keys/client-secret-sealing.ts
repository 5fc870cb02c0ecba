/** Client secrets that sign tokens must be read again, so they rest in SQL under a key derived from the master secret. */
import type { Sealing } from '@latchkey/directory'
import type { Random } from '@latchkey/protocol'
import { deriveKey, type MasterSecret } from '@latchkey/tokens'
import { unwrapKey, wrapKey } from './key-wrapping.ts'

/** Authenticated with each secret; in the place of the kid that wrapped key pairs have. */
const PURPOSE = 'client-secret'

export function clientSecretSealing(master: MasterSecret, random: Random): Sealing {
  const key = deriveKey(master, 'latchkey/client-secrets/v1')
  return {
    seal: (secret) => wrapKey(Buffer.from(secret), PURPOSE, key, random),
    open: (sealed) => unwrapKey(sealed, PURPOSE, key).toString(),
  }
}
