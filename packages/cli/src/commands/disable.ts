import type { Command, CommandName } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi } from '../issuer-api.ts'
import type { MessageKey } from '../messages/messages.ts'
import { printable } from '../text-width.ts'

const CLIENTS = { argument: 'CLIENT', path: 'clients', member: 'client', example: 'orders' }
const SERVICES = {
  argument: 'SERVICE',
  path: 'services',
  member: 'service',
  example: 'https://orders.example',
}

export const clientsDisable = changeState('clients disable', CLIENTS, true, 'clientDisabled')
export const clientsEnable = changeState('clients enable', CLIENTS, false, 'clientEnabled')
export const servicesDisable = changeState('services disable', SERVICES, true, 'serviceDisabled')
export const servicesEnable = changeState('services enable', SERVICES, false, 'serviceEnabled')

/** What is known by a name of its own, which nothing has to be looked up for. */
function changeState(
  name: CommandName,
  { argument, path, member, example }: typeof CLIENTS,
  disabled: boolean,
  done: MessageKey,
): Command {
  return {
    name,
    argument,
    options: [],
    examples: [`latchkey ${name} ${example}`],
    run: async (context) => {
      const { input, say, print, printJson } = context
      const about = input.argument ?? ''
      const api = issuerApi(requireTarget(context), context)
      const action = disabled ? 'disable' : 'enable'
      await api.send('POST', `/admin/v1/${path}/${encodeURIComponent(about)}/${action}`)
      if (input.has('json')) printJson({ [member]: about, disabled })
      else print(say(done, { name: printable(about) }))
    },
  }
}
