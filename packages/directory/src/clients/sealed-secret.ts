import { InputError } from '@latchkey/protocol'
import type { Sealing } from '../contract/sealing.ts'

/** With the id, so that who can write to SQL cannot give a client the secret of another one. An id has no line break. */
function sealedText(id: string, secret: string): string {
  return `${id}\n${secret}`
}

export function sealSecret(id: string, secret: string, sealing: Sealing): string {
  return sealing.seal(sealedText(id, secret))
}

/** Throws what `open` throws, and InputError `client-secret` for the secret of another client. */
export function unsealSecret(id: string, sealed: string, sealing: Sealing): string {
  const text = sealing.open(sealed)
  const prefix = sealedText(id, '')
  if (text.startsWith(prefix)) return text.slice(prefix.length)
  throw new InputError('client-secret', {
    received: 'the sealed secret of another client',
    expected: `that of ${id}`,
    where: 'secret',
  })
}
