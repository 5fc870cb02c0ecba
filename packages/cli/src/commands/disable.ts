import { type Command, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi } from '../issuer-api.ts'
import { CLIENTS, CLIENTS_HELP } from '../messages/clients.ts'
import { SERVICES, SERVICES_HELP } from '../messages/services.ts'
import type { CommandHelp, Text } from '../messages/text.ts'
import { printable } from '../text-width.ts'

const ABOUT_CLIENTS = { argument: 'CLIENT', path: 'clients', member: 'client', example: 'orders' }
const ABOUT_SERVICES = {
  argument: 'SERVICE',
  path: 'services',
  member: 'service',
  example: 'https://orders.example',
}

export const clientsDisable = changeState(CLIENTS_HELP, ABOUT_CLIENTS, true, CLIENTS.disabled)
export const clientsEnable = changeState(CLIENTS_HELP, ABOUT_CLIENTS, false, CLIENTS.enabled)
export const servicesDisable = changeState(SERVICES_HELP, ABOUT_SERVICES, true, SERVICES.disabled)
export const servicesEnable = changeState(SERVICES_HELP, ABOUT_SERVICES, false, SERVICES.enabled)

/** What is known by a name of its own, which nothing has to be looked up for. */
function changeState(
  help: Readonly<Record<'enable' | 'disable', CommandHelp>>,
  { argument, path, member, example }: typeof ABOUT_CLIENTS,
  disabled: boolean,
  done: Text,
): Command {
  const action = disabled ? 'disable' : 'enable'
  return command({
    name: `${path} ${action}`,
    help: help[action],
    arguments: [argument],
    examples: [`latchkey ${path} ${action} ${example}`],
    run: async (context) => {
      const { common, say, print, printJson } = context
      const [about] = context.arguments
      const api = issuerApi(requireTarget(context), context)
      await api.send('POST', `/admin/v1/${path}/${encodeURIComponent(about)}/${action}`)
      if (common.json) printJson({ [member]: about, disabled })
      else print(say(done, { name: printable(about) }))
    },
  })
}
