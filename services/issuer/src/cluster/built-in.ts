import type { DeclaredDirectory } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { CLI_CLIENT, CLI_LOGIN_CLIENT } from '../cli-credentials.ts'

/** What the issuer brings along: itself as a service, and the clients of the command line. No file declares it. */
export interface BuiltIn {
  readonly audience: string
  readonly clients: ReadonlySet<string>
}

export function builtIn(issuer: string): BuiltIn {
  return { audience: issuer, clients: new Set([CLI_CLIENT, CLI_LOGIN_CLIENT]) }
}

/** Throws InputError `built-in`. */
export function refuseBuiltIn(
  { services = [], clients = [] }: DeclaredDirectory,
  { audience, clients: ids }: BuiltIn,
): void {
  const service = services.findIndex((one) => one.audience === audience)
  if (service !== -1) refuse(audience, `services[${service}].audience`)
  const client = clients.findIndex(({ id }) => ids.has(id))
  if (client !== -1) refuse(clients[client]?.id ?? '', `clients[${client}].id`)
}

/** Throws InputError `built-in`: an id is never given again, and without these clients the issuer would not start. */
export function keepBuiltIn(issuer: string, clientId: string): void {
  if (!builtIn(issuer).clients.has(clientId)) return
  throw new InputError('built-in', {
    received: `${clientId}, which the issuer brings along by itself`,
    expected: 'another client; this one can be disabled',
  })
}

function refuse(received: string, where: string): never {
  const expected = 'something else: the issuer brings this along by itself'
  throw new InputError('built-in', { received, expected, where })
}
