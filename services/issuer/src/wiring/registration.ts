import type { FastifyInstance } from 'fastify'
import { type RegisterDeps, register } from '../endpoints/register.ts'
import { type RegisteredClientDeps, registeredClient } from '../endpoints/registered-client.ts'
import { jsonBody } from '../http/json-body.ts'
import { sendRegistrationError } from '../registration/registration-errors.ts'
import type { Settings } from '../settings/settings.ts'

type RegistrationDeps = Omit<RegisterDeps & RegisteredClientDeps, 'registration'> & {
  readonly registration?: Settings['registration'] | undefined
}

/** Apps that register themselves. They send JSON, and nothing is there unless the operator has switched it on. */
export function registration(deps: RegistrationDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    const { registration } = deps
    if (registration === undefined || registration.mode === 'off') return
    jsonBody(app)
    app.setErrorHandler(sendRegistrationError)
    await app.register(register({ ...deps, registration }))
    await app.register(registeredClient({ ...deps, registration }))
  }
}
