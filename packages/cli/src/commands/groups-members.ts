import { type Command, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findGroup } from '../find-group.ts'
import { findUsers } from '../find-user.ts'
import { issuerApi } from '../issuer-api.ts'
import type { Text } from '../messages/text.ts'
import { GROUPS, GROUPS_HELP } from '../messages/user-groups.ts'
import { printable } from '../text-width.ts'

export const groupsAddMember = changeMembers('add-member', 'PUT', GROUPS.memberAdded)
export const groupsRemoveMember = changeMembers('remove-member', 'DELETE', GROUPS.memberRemoved)

function changeMembers(
  verb: 'add-member' | 'remove-member',
  method: 'PUT' | 'DELETE',
  done: Text,
): Command {
  return command({
    name: `groups ${verb}`,
    help: GROUPS_HELP[verb],
    arguments: ['GROUP', 'USER...'],
    examples: [`latchkey groups ${verb} sales ada bob`],
    run: async (context) => {
      const { common, say, print, printJson } = context
      const [groupName, usernames] = context.arguments
      const api = issuerApi(requireTarget(context), context)
      const { id, name } = await findGroup(api, groupName, context)
      const users = await findUsers(api, usernames, context)
      for (const { sub, username } of users) {
        await api.send(method, `/admin/v1/groups/${id}/members/${sub}`)
        if (!common.json) print(printable(say(done, { user: username, group: String(name) })))
      }
      if (common.json) printJson({ id, name, users })
    },
  })
}
