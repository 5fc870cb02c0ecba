import type { FastifyInstance } from 'fastify'
import { type SignalPushDeps, signalPush } from '../endpoints/signal-push.ts'
import { sendOAuthError } from '../http/oauth-errors.ts'
import type { ClientKeys } from '../outgoing/client-keys.ts'
import type { Settings } from '../settings/settings.ts'

export interface IncomingSignalsDeps extends Omit<SignalPushDeps, 'sources' | 'keys'> {
  readonly settings: Partial<Pick<Settings, 'signalSources'>>
  readonly clientKeys: ClientKeys
}

/** What other systems tell. Nothing is there unless the operator has named one. */
export function incomingSignals(deps: IncomingSignalsDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    const { signalSources: sources = [] } = deps.settings
    if (sources.length === 0) return
    app.setErrorHandler(sendOAuthError)
    await app.register(signalPush({ ...deps, sources, keys: deps.clientKeys }))
  }
}
