import { actingClient } from '@latchkey/feed'
import type { AccessTokenClaims, LogEntry } from '@latchkey/protocol'

export interface Watcher {
  readonly claims: AccessTokenClaims
}

export interface WatcherIndex<W extends Watcher> {
  add(watcher: W): void
  /** False when it was not there. */
  remove(watcher: W): boolean
  all(): W[]
  /** Those that an entry may concern: it costs what it touches, not what there is. */
  concernedBy(entry: LogEntry): W[]
}

/** Finds watchers by what entries name: token, session, subject, client. */
export function watcherIndex<W extends Watcher>(service: string): WatcherIndex<W> {
  const everybody = new Set<W>()
  const byName = new Map<string, Set<W>>()
  const named = (name: string) => [...(byName.get(name) ?? [])]

  return {
    add: (watcher) => {
      everybody.add(watcher)
      for (const name of namesOf(watcher.claims)) {
        const those = byName.get(name) ?? new Set()
        byName.set(name, those.add(watcher))
      }
    },
    remove: (watcher) => {
      for (const name of namesOf(watcher.claims)) {
        const those = byName.get(name)
        those?.delete(watcher)
        if (those?.size === 0) byName.delete(name)
      }
      return everybody.delete(watcher)
    },
    all: () => [...everybody],
    concernedBy: ({ k, v }) => {
      switch (k) {
        case 'token':
        case 'session':
        case 'client':
          return named(`${k} ${v}`)
        case 'user':
          return named(`subject ${v}`)
        case 'stale':
          return v === service ? [...everybody] : named(`subject ${v}`)
        case 'service':
        case 'key':
        case 'all':
          return [...everybody]
        case 'none':
          return []
      }
    },
  }
}

function namesOf({ jti, sid, sub, client_id, act }: AccessTokenClaims): string[] {
  const names = [`token ${jti}`, `subject ${sub}`, `client ${client_id}`]
  if (sid !== undefined) names.push(`session ${sid}`)
  const actor = act && actingClient(act.sub)
  if (actor !== undefined) names.push(`client ${actor}`)
  return names
}
