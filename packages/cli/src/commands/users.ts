import { askYes } from '../ask-yes.ts'
import { CliError } from '../cli-error.ts'
import { type Command, type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findGroup } from '../find-group.ts'
import { findUser } from '../find-user.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
import type { Text } from '../messages/text.ts'
import { USERS, USERS_HELP } from '../messages/users.ts'
import {
  emailOption,
  groupOption,
  mustChangeOption,
  nameOption,
  noPasswordOption,
  passwordStdinOption,
  roleOption,
  yesOption,
} from '../options.ts'
import { readPassword } from '../read-password.ts'
import { printable } from '../text-width.ts'

export const usersAdd = command({
  name: 'users add',
  help: USERS_HELP.add,
  arguments: ['NAME'],
  options: {
    name: nameOption,
    email: emailOption,
    role: roleOption,
    group: groupOption,
    'password-stdin': passwordStdinOption,
    'no-password': noPasswordOption,
    'must-change': mustChangeOption,
  },
  examples: [
    'latchkey users add ada --name "Ada Lovelace" --role reader',
    'pass show ada | head -n 1 | latchkey users add ada --password-stdin',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    if (options['no-password'] && options['password-stdin']) {
      const params = { command: 'users add', one: '--no-password', other: '--password-stdin' }
      throw new CliError(COMMAND_LINE_FAULTS.oneOfTwo, params)
    }
    const api = issuerApi(requireTarget(context), context)
    const { name, email, role } = options
    const groups = []
    for (const group of options.group) groups.push((await findGroup(api, group, context))['id'])
    const [username] = context.arguments
    const fromStdin = options['password-stdin']
    const user = {
      username,
      name,
      email,
      roles: role.length === 0 ? undefined : role,
      groups: groups.length === 0 ? undefined : groups,
      must_change_password: options['must-change'] || undefined,
      password: options['no-password'] ? undefined : await readPassword(fromStdin, context),
    }
    const added = record(await api.send('POST', '/admin/v1/users', user))
    if (common.json) return printJson(added)
    const shown = { user: String(added['username']), sub: String(added['sub']) }
    print(printable(say(USERS.added, shown)))
  },
})

export const usersDisable = changeState('disable', 'POST', 'disable', USERS.disabled)
export const usersEnable = changeState('enable', 'POST', 'enable', USERS.enabled)
export const usersRemoveCode = changeState(
  'remove-code',
  'DELETE',
  'one-time-code',
  USERS.codeRemoved,
)

function changeState(
  verb: 'disable' | 'enable' | 'remove-code',
  method: 'POST' | 'DELETE',
  what: string,
  done: Text,
): Command {
  return command({
    name: `users ${verb}`,
    help: USERS_HELP[verb],
    arguments: ['USER'],
    examples: [`latchkey users ${verb} ada`],
    run: async (context) => {
      const api = issuerApi(requireTarget(context), context)
      const user = await findUser(api, context.arguments[0], context)
      await api.send(method, `/admin/v1/users/${user.sub}/${what}`)
      report(context, user, done)
    },
  })
}

export const usersRemove = command({
  name: 'users remove',
  help: USERS_HELP.remove,
  arguments: ['USER'],
  options: { yes: yesOption },
  examples: ['latchkey users remove ada', 'latchkey users remove ada --yes --json'],
  run: async (context) => {
    const api = issuerApi(requireTarget(context), context)
    const user = await findUser(api, context.arguments[0], context)
    const question = context.say(USERS.askRemove, { user: printable(user.username), sub: user.sub })
    if (!context.options.yes) await askYes(question, context)
    await api.send('DELETE', `/admin/v1/users/${user.sub}`)
    report(context, user, USERS.removed)
  },
})

export const usersPasswd = command({
  name: 'users passwd',
  help: USERS_HELP.passwd,
  arguments: ['USER'],
  options: { 'password-stdin': passwordStdinOption, 'must-change': mustChangeOption },
  examples: [
    'latchkey users passwd ada',
    'pass show ada | head -n 1 | latchkey users passwd ada --password-stdin',
  ],
  run: async (context) => {
    const api = issuerApi(requireTarget(context), context)
    const user = await findUser(api, context.arguments[0], context)
    const password = await readPassword(context.options['password-stdin'], context)
    await api.send('PUT', `/admin/v1/users/${user.sub}/password`, {
      password,
      ...(context.options['must-change'] && { must_change: true }),
    })
    report(context, user, USERS.passwordSet)
  },
})

function report(
  { common, say, print, printJson }: Context,
  user: { sub: string; username: string },
  done: Text,
): void {
  if (common.json) printJson(user)
  else print(say(done, { user: printable(user.username) }))
}
