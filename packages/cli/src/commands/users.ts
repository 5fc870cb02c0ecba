import { askYes } from '../ask-yes.ts'
import { CliError } from '../cli-error.ts'
import type { Command, CommandName, Context } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { issuerApi, record } from '../issuer-api.ts'
import type { MessageKey } from '../messages/messages.ts'
import { readPassword } from '../read-password.ts'
import { printable } from '../text-width.ts'

export const usersAdd: Command = {
  name: 'users add',
  argument: 'NAME',
  options: ['name', 'email', 'role', 'password-stdin', 'no-password'],
  examples: [
    'latchkey users add ada --name "Ada Lovelace" --role reader',
    'pass show ada | latchkey users add ada --password-stdin',
  ],
  run: async (context) => {
    const { input, say, print, printJson } = context
    if (input.has('no-password') && input.has('password-stdin')) {
      const params = { command: 'users add', one: '--no-password', other: '--password-stdin' }
      throw new CliError('usage', 'oneOfTwo', params)
    }
    const api = issuerApi(requireTarget(context), context)
    const { name, email } = input.values
    const user = {
      username: input.argument,
      name,
      email,
      roles: input.roles.length === 0 ? undefined : input.roles,
      password: input.has('no-password') ? undefined : await readPassword(context),
    }
    const added = record(await api.send('POST', '/admin/v1/users', user))
    if (input.has('json')) return printJson(added)
    const { username, sub } = added
    print(say('userAdded', { user: printable(String(username)), sub: printable(String(sub)) }))
  },
}

export const usersDisable = changeState('users disable', 'POST', 'disable', 'userDisabled')
export const usersEnable = changeState('users enable', 'POST', 'enable', 'userEnabled')
export const usersRemoveCode = changeState(
  'users remove-code',
  'DELETE',
  'one-time-code',
  'codeRemoved',
)

function changeState(
  name: CommandName,
  method: 'POST' | 'DELETE',
  what: string,
  done: MessageKey,
): Command {
  return {
    name,
    argument: 'USER',
    options: [],
    examples: [`latchkey ${name} ada`],
    run: async (context) => {
      const api = issuerApi(requireTarget(context), context)
      const user = await findUser(api, context.input.argument ?? '')
      await api.send(method, `/admin/v1/users/${user.sub}/${what}`)
      report(context, user, done)
    },
  }
}

export const usersRemove: Command = {
  name: 'users remove',
  argument: 'USER',
  options: ['yes'],
  examples: ['latchkey users remove ada', 'latchkey users remove ada --yes --json'],
  run: async (context) => {
    const { input, say } = context
    const api = issuerApi(requireTarget(context), context)
    const user = await findUser(api, input.argument ?? '')
    const question = say('askRemove', { user: printable(user.username), sub: user.sub })
    if (!input.has('yes')) await askYes(question, context)
    await api.send('DELETE', `/admin/v1/users/${user.sub}`)
    report(context, user, 'userRemoved')
  },
}

export const usersPasswd: Command = {
  name: 'users passwd',
  argument: 'USER',
  options: ['password-stdin'],
  examples: [
    'latchkey users passwd ada',
    'pass show ada | latchkey users passwd ada --password-stdin',
  ],
  run: async (context) => {
    const api = issuerApi(requireTarget(context), context)
    const user = await findUser(api, context.input.argument ?? '')
    const password = await readPassword(context)
    await api.send('PUT', `/admin/v1/users/${user.sub}/password`, { password })
    report(context, user, 'passwordSet')
  },
}

function report(
  { input, say, print, printJson }: Context,
  user: { sub: string; username: string },
  done: MessageKey,
): void {
  if (input.has('json')) printJson(user)
  else print(say(done, { user: printable(user.username) }))
}
