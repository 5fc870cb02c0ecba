/** The pages that listen at this process, found by what entries name: an end costs what it touches, not what there is. */
import type { PageName } from './entry-news.ts'

export interface NamedPage {
  readonly sid: string
  readonly sub: string
  readonly clientId: string
  /** Audiences whose tokens the client uses. */
  readonly services: readonly string[]
}

export interface PageRegistry<P extends NamedPage> {
  readonly size: number
  add(page: P): void
  /** False when it was not there. */
  remove(page: P): boolean
  named(name: PageName | 'everybody'): P[]
  countOfSession(sid: string): number
}

export function pageRegistry<P extends NamedPage>(): PageRegistry<P> {
  const everybody = new Set<P>()
  const byName = new Map<PageName, Set<P>>()
  return {
    get size() {
      return everybody.size
    },
    add: (page) => {
      everybody.add(page)
      for (const name of namesOf(page)) {
        const those = byName.get(name) ?? new Set()
        byName.set(name, those.add(page))
      }
    },
    remove: (page) => {
      for (const name of namesOf(page)) {
        const those = byName.get(name)
        those?.delete(page)
        if (those?.size === 0) byName.delete(name)
      }
      return everybody.delete(page)
    },
    named: (name) => [...(name === 'everybody' ? everybody : (byName.get(name) ?? []))],
    countOfSession: (sid) => byName.get(`session ${sid}`)?.size ?? 0,
  }
}

/** What entries may name it by. */
export function namesOf({ sid, sub, clientId, services }: NamedPage): PageName[] {
  return [
    `session ${sid}`,
    `user ${sub}`,
    `client ${clientId}`,
    ...services.map((audience): PageName => `service ${audience}`),
  ]
}
