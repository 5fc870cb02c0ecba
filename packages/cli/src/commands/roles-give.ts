import { changeRecord } from '../change-record.ts'
import { type Command, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUsers } from '../find-user.ts'
import { issuerApi } from '../issuer-api.ts'
import { ROLES, ROLES_HELP } from '../messages/roles.ts'
import type { Text } from '../messages/text.ts'
import type { Row } from '../pages.ts'
import { printable } from '../text-width.ts'
import { changedNames } from './groups-change.ts'

export const rolesGive = changeHolders('give', ROLES.given)
export const rolesTake = changeHolders('take', ROLES.taken)

function changeHolders(verb: 'give' | 'take', done: Text): Command {
  return command({
    name: `roles ${verb}`,
    help: ROLES_HELP[verb],
    arguments: ['ROLE', 'USER...'],
    examples: [`latchkey roles ${verb} reader ada bob`],
    run: async (context) => {
      const { common, say, print, printJson } = context
      const [role, usernames] = context.arguments
      const api = issuerApi(requireTarget(context), context)
      const users = await findUsers(api, usernames, context)
      for (const { sub, username } of users) {
        await changeRecord(api, `/admin/v1/users/${sub}`, (before) => change(before, verb, role))
        if (!common.json) print(printable(say(done, { user: username, role })))
      }
      if (common.json) printJson({ role, users })
    },
  })
}

/** Undefined when nothing would change: then nobody's tokens become stale. */
function change({ roles: before }: Row, verb: 'give' | 'take', role: string): Row | undefined {
  const isHeld = Array.isArray(before) && before.includes(role)
  if (isHeld === (verb === 'give')) return undefined
  const roles =
    verb === 'give' ? changedNames(before, [role], []) : changedNames(before, [], [role])
  return { roles }
}
