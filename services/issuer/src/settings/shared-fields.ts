import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { optional } from './field.ts'
import { flag, text } from './kinds.ts'

/** Fields that several kinds of declared entries have. */

export const displayName = (description: string) =>
  optional(text(DIRECTORY_LIMITS.nameChars), description)

export const disabled = optional(flag(), 'When it is left out, what is in the directory stays.')
