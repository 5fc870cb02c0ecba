/** Who may open a feed, also while SQL is away: docs/threat-model.md. */
import { createHash } from 'node:crypto'
import type { Clients, PublishedCatalogue, Services } from '@latchkey/directory'
import { type Clock, type LogEntry, type Scheduler, StoreUnavailable } from '@latchkey/protocol'
import { KEEP_MS, lastAnswers } from './last-answers.ts'
import type { LogTail } from './log-tail.ts'
import type { Member } from './member.ts'

export interface FeedDirectory {
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find'> & { readonly publishRoutes: PublishRoutes }
  /** Follows the log, and keeps what is known about connected verifiers recent. */
  start(): void
  stop(): void
}

export interface FeedDirectoryDeps {
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find' | 'publishRoutes'>
  readonly tail: Pick<LogTail, 'listen'>
  /** The verifiers of this process. */
  readonly members: () => readonly Member[]
  readonly clock: Clock
  readonly scheduler: Scheduler
}

export function feedDirectory(deps: FeedDirectoryDeps): FeedDirectory {
  const clients = lastAnswers(deps.clients.find, deps.clock)
  const services = lastAnswers(deps.services.find, deps.clock)
  const catalogues = publishedCatalogues(deps.services.publishRoutes)
  let unlisten = () => {}
  let cancel = () => {}

  /** Whoever was disabled by another process stays out: the end stands in the log, which needs no SQL. */
  function heed({ k, v }: LogEntry): void {
    if (k === 'client') clients.forget(v)
    if (k === 'service') services.forget(v)
    if (k === 'key') services.forget()
  }

  async function refresh(): Promise<void> {
    const members = deps.members()
    try {
      for (const id of new Set(members.map((one) => one.clientId))) await clients.find(id)
      for (const name of new Set(members.map((one) => one.connection.audience))) {
        await services.find(name)
      }
    } catch (error) {
      // Too old by now: then it is refused when it is asked for.
      if (!(error instanceof StoreUnavailable)) throw error
    }
  }

  function arm(): void {
    cancel = deps.scheduler.after(KEEP_MS / 15, () => {
      arm()
      void refresh()
    })
  }

  return {
    clients: { find: clients.find },
    services: { find: services.find, publishRoutes: catalogues },
    start: () => {
      unlisten = deps.tail.listen({
        appended: (_epoch, entries) => entries.forEach(heed),
        reset: () => {
          clients.forget()
          services.forget()
        },
      })
      arm()
    },
    stop: () => {
      unlisten()
      cancel()
    },
  }
}

/** `old`: the directory is away, and this is its last answer. */
export type PublishRoutes = (
  ...asked: Parameters<Services['publishRoutes']>
) => Promise<PublishedCatalogue & { readonly old?: true }>

/** A verifier that comes back says its routes again. When they are those that stand there already, SQL need not be asked. */
function publishedCatalogues(publish: Services['publishRoutes']): PublishRoutes {
  const known = new Map<string, { digest: string; outcome: PublishedCatalogue }>()
  return async (audience, routes, again) => {
    const digest = createHash('sha256').update(JSON.stringify(routes)).digest('base64url')
    try {
      const outcome = await publish(audience, routes, again)
      known.set(audience, { digest, outcome })
      return outcome
    } catch (error) {
      const last = known.get(audience)
      if (!(error instanceof StoreUnavailable) || last?.digest !== digest) throw error
      return { ...last.outcome, added: 0, old: true }
    }
  }
}
