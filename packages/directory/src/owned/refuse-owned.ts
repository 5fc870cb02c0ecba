import { InputError } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import type { Directory, OwnedKind } from '../directory.ts'

/**
 * Throws InputError `owned-by-file` when a cluster file owns the thing: a change made elsewhere would be undone by the next
 * apply, and nobody would see it in git. Call it inside the transaction that changes or removes the thing. Not for what has a
 * life of its own and stands in no file: passwords and one-time codes that people choose, secrets of clients, keys, sessions.
 * Not for disabling and enabling either, which may be an emergency; where the file says `disabled`, the next apply says it again.
 */
export async function refuseOwned(
  inside: Pick<Directory, 'owned'>,
  kind: OwnedKind,
  id: string,
): Promise<void> {
  const found = await inside.owned.find(kind, id)
  if (found === undefined || found.retired) return
  throw new InputError('owned-by-file', {
    received: `a change of the ${kind} ${quoted(found.name)}, which the file ${quoted(found.file)} owns`,
    expected: `the change in that file, under ${kind}s, and then latchkey apply`,
  })
}
