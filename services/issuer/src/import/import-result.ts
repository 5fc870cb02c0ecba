/** What became of one line of an import, and why it was refused. */
import { InputError, OAuthError } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { closedObject } from '../admin/framework/closed.ts'

export const ImportResult = closedObject(
  {
    line: Type.Integer(),
    outcome: Type.Enum(['created', 'updated', 'skipped', 'refused']),
    sub: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    where: Type.Optional(Type.String()),
    received: Type.Optional(Type.String()),
    expected: Type.Optional(Type.String()),
  },
  'ImportResult',
)
export type ImportResult = Static<typeof ImportResult>

/** Why one line is refused. Anything else stops the batch, and nothing of it is done. */
export function refusalOf(error: unknown): Omit<ImportResult, 'line' | 'outcome'> {
  if (error instanceof InputError) {
    const { code, received, expected, where } = error
    return { code, received, expected, ...(where !== undefined && { where }) }
  }
  if (error instanceof OAuthError && error.code === 'insufficient_scope') {
    return { code: error.code, expected: error.description ?? 'no more rights than your own' }
  }
  throw error
}
