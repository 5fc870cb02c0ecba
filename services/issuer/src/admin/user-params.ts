import type { User, Users } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { Type } from 'typebox'

/** The `:sub` of a path. */
export const SUB = { sub: Type.String({ minLength: 3, maxLength: 64 }) }

/** @throws InputError `unknown-user`, answered with 404 */
export async function findUser(sub: string, users: Pick<Users, 'find'>): Promise<User> {
  const user = await users.find(sub)
  if (!user) throw new InputError('unknown-user', { received: sub, expected: 'the sub of a user' })
  return user
}
