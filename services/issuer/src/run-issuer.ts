import { stopOnSignals } from './listen.ts'
import { createLogger } from './logging.ts'
import type { OpenIssuer } from './open-issuer.ts'
import { openIssuer } from './open-issuer.ts'
import { loadSettings } from './settings/load-settings.ts'

export interface RunIssuerOptions {
  /** Settings file; default `latchkey.yaml` in the working directory, if there is one. */
  readonly file?: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

export interface RunningIssuer extends OpenIssuer {
  /** The public identity: where people find it. */
  readonly issuer: string
  /** Where this process listens. Behind a proxy, and for a name of the machine, it is another address. */
  readonly address: string
}

/** Runs the issuer until it is told to stop by SIGTERM or SIGINT. Throws what `loadSettings` and opening throw. */
export async function runIssuer(options: RunIssuerOptions): Promise<RunningIssuer> {
  const settings = loadSettings(options)
  const log = createLogger(settings.log.level)
  const issuer = await openIssuer({ settings, log })
  const { app } = issuer
  const close = async () => {
    await issuer.directory.close()
    await issuer.store.close()
  }
  stopOnSignals({ app, log, process, close })
  const address = await issuer.listen().catch(async (error: unknown) => {
    // A process that serves nobody must not go on measuring itself and reporting verifiers.
    await issuer.close()
    throw error
  })
  log.info({ issuer: settings.issuer, address }, 'issuer ready')
  return { ...issuer, issuer: settings.issuer, address }
}
