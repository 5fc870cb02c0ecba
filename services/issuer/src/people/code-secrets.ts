/** Secrets of one-time codes must be read again, so they rest in SQL under a key derived from the master secret. */
import type { KeyObject } from 'node:crypto'
import type { Random } from '@latchkey/protocol'
import { unwrapKey, wrapKey } from '../keys/key-wrapping.ts'
import { CODE_SECRET_BYTES } from './totp.ts'

export interface CodeSecrets {
  create(): Buffer
  /** Sealed for one account: in another account's row it does not open. */
  seal(secret: Buffer, sub: string): string
  /** @throws InputError `master-key-wrong` */
  open(sealed: string, sub: string): Buffer
}

export function codeSecrets(deps: { sealingKey: KeyObject; random: Random }): CodeSecrets {
  return {
    create: () => Buffer.from(deps.random.bytes(CODE_SECRET_BYTES)),
    seal: (secret, sub) => wrapKey(secret, sub, deps.sealingKey, deps.random),
    open: (sealed, sub) => unwrapKey(sealed, sub, deps.sealingKey),
  }
}
