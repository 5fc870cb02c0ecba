/** Attack H2: the admin API never locks everybody out. Break-glass for what happens elsewhere: docs/operate/admin-api.md. */
import type { Directory } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'

/** Each of these opens the whole admin API; other ways to write that there are not in the grammar. */
const OPENS_EVERYTHING = ['* /*', '* /admin/*', '* /admin/v1/*']

/**
 * Makes a change inside a transaction and sees that one enabled person at least still may do everything here, for ever, if one could
 * before. Machines do not count: whoever lost the machine's secret could not come in.
 * @throws InputError `last-admin`, which undoes the change
 */
export async function keepAnAdministrator<T>(
  inside: Directory,
  issuer: string,
  change: () => Promise<T>,
): Promise<T> {
  const had = await inside.users.anyHolder(issuer, OPENS_EVERYTHING)
  const result = await change()
  if (had && !(await inside.users.anyHolder(issuer, OPENS_EVERYTHING))) {
    throw new InputError('last-admin', {
      received: 'a change that leaves no enabled person who may do everything in the admin API',
      expected: 'another administrator first',
    })
  }
  return result
}
