import { InputError } from '@latchkey/protocol'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { checkText, quoted } from './text.ts'

/** The id as stored, null for ''. Compared to the letter: it is another system's. Throws InputError `external-id`. */
export function checkExternalId(externalId: string): string | null {
  if (externalId === '') return null
  const maxChars = DIRECTORY_LIMITS.externalIdChars
  return checkText(externalId, { code: 'external-id', where: 'externalId', maxChars })
}

export function externalIdTaken(externalId: string): InputError {
  return new InputError('external-id-taken', {
    received: quoted(externalId),
    expected: 'an external id that nobody else has',
    where: 'externalId',
  })
}
