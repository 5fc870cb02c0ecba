/** From settings to a running issuer: opens what it stands on, brings in what is declared, and listens. */
import { join } from 'node:path'
import { type Directory, openPostgresDirectory, openSqliteDirectory } from '@latchkey/directory'
import { type Clock, type Random, systemClock, systemRandom } from '@latchkey/protocol'
import { connectRedisStore, openSqliteStore, type Store } from '@latchkey/store'
import { deriveKey } from '@latchkey/tokens'
import type { FastifyBaseLogger } from 'fastify'
import { buildIssuer, type Issuer } from './app.ts'
import { cliClient, cliCredentials, cliLoginClient } from './cli-credentials.ts'
import { declare, publishDeclared } from './declare.ts'
import { directoryPlace } from './directory-place.ts'
import { clientSecretSealing } from './keys/client-secret-sealing.ts'
import { listen } from './listen.ts'
import { redisPlace } from './redis-place.ts'
import type { Settings } from './settings/settings.ts'
import { readTlsFiles } from './settings/tls-files.ts'
import { loadTokenResponseHook } from './token-api/token-response-hook.ts'

export interface OpenIssuerOptions {
  readonly settings: Settings
  readonly log: FastifyBaseLogger
  readonly clock?: Clock
  readonly random?: Random
}

export interface OpenIssuer extends Issuer {
  readonly store: Store
  readonly directory: Directory
  /** Opens the port; the address that it listens on. */
  listen(): Promise<string>
  /** Stops serving, then closes store and directory. */
  close(): Promise<void>
}

export async function openIssuer(options: OpenIssuerOptions): Promise<OpenIssuer> {
  const { settings, log, clock = systemClock, random = systemRandom } = options
  const { tokenResponseHook: hook } = settings
  const tokenResponse = hook === undefined ? undefined : await loadTokenResponseHook(hook)
  const store = await openStore(settings, clock, log)
  const directory = await openDirectory(settings, clock, random).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  /** In this order: what serves, then what it stands on. */
  const closing: (() => PromiseLike<void>)[] = [directory.close, store.close]
  const close = async () => {
    for (const part of closing) await part()
  }
  try {
    const { issuer, dataDir } = settings
    const issuerAddress = addressOf(settings)
    const cli = cliClient(cliCredentials({ dataDir, issuer, issuerAddress }, random))
    const applied = await declare(settings.declared, [cli, cliLoginClient(issuer)], {
      issuer,
      directory,
      clock,
      accessTokenSeconds: settings.tokens.accessSeconds,
      file: settings.declaredIn,
      log,
    })
    const tls = settings.tls && readTlsFiles(settings.tls)
    const { trustedProxies } = settings
    const parts = { store, directory, clock, random, log }
    const built = await buildIssuer({ settings, ...parts, tls, trustedProxies, tokenResponse })
    closing.unshift(() => built.app.close())
    await built.app.ready()
    await publishDeclared(applied, built.tell)
    const { created, updated } = applied
    if (created.length + updated.length > 0) log.info({ created, updated }, 'declared')
    log.info({ engine: directory.engine }, 'directory')
    return {
      ...built,
      store,
      directory,
      listen: () => listen(built.app, settings.listen),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openStore(settings: Settings, clock: Clock, log: FastifyBaseLogger): Promise<Store> {
  const sessionAbsoluteSeconds = settings.session.absoluteSeconds
  const place = redisPlace(settings)
  if (place) return await connectRedisStore({ ...place, sessionAbsoluteSeconds, log })
  log.info({ dataDir: settings.dataDir }, 'embedded: sessions and log in SQLite, one process')
  const file = join(settings.dataDir, 'store.db')
  return await openSqliteStore({ file, sessionAbsoluteSeconds, clock })
}

async function openDirectory(settings: Settings, clock: Clock, random: Random): Promise<Directory> {
  const { masterKey, directory } = settings
  const options = {
    clock,
    random,
    sealing: clientSecretSealing(masterKey, random),
    auditKey: deriveKey(masterKey, 'latchkey/audit/v1'),
    attributes: settings.attributes,
    migrations: directory.migrate,
  }
  const place = directoryPlace(settings)
  return 'url' in place
    ? await openPostgresDirectory({ ...place, pool: directory.connections, ...options })
    : await openSqliteDirectory({ ...place, ...options })
}

/** How programs on this machine reach the issuer: a wildcard address is reached at loopback. */
function addressOf(settings: Settings): string {
  const { host, port } = settings.listen
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const bracketed = reachable.includes(':') ? `[${reachable}]` : reachable
  return `${settings.tls ? 'https' : 'http'}://${bracketed}:${port}`
}
