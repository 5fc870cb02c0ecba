/** How much an end would concern, before it is asked for. */
import type { Clients, Services } from '@latchkey/directory'
import { type Clock, nowSeconds, type Random, randomId } from '@latchkey/protocol'
import type { OneTimeStore, SessionRecord, SessionStore } from '@latchkey/store'
import { type AdminTarget, concernedAudience } from './admin-target.ts'
import { aliveSecondsOf, type KnownVerifiers } from './known-verifiers.ts'
import { scanSessions } from './scan-sessions.ts'

export interface Preview {
  readonly sessions: number
  readonly users: number
  readonly clients: number
  readonly services: number
  /** Of a session: false when the store does not know it. Its end is published all the same, for tokens that may live. */
  readonly known?: boolean
  readonly verifiers: readonly { instance: string; audience: string; connected: boolean }[]
  /** False: there is more than was counted in the time that there is. */
  readonly complete: boolean
  /** What an end that concerns many must be asked for with, within ten minutes. */
  readonly confirm?: string
}

export interface PreviewDeps {
  readonly sessions: Pick<SessionStore, 'scan' | 'find' | 'listByUser'>
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'list'>
  readonly oneTime: Pick<OneTimeStore, 'put' | 'take'>
  readonly known: KnownVerifiers
  readonly leaseMs: number
  readonly clock: Clock
  readonly random: Random
}

const COUNT_MS = 2000
const CONFIRM_SECONDS = 600
const MOST_SESSIONS_OF_USER = 200

/** What nobody should end by a slip of the hand: the caller has to have looked at the preview first. */
export function needsConfirmation({ kind }: AdminTarget): boolean {
  return kind === 'all' || kind === 'signed_in_before'
}

export function previews(deps: PreviewDeps) {
  return {
    async preview(target: AdminTarget): Promise<Preview> {
      const keepSeconds = aliveSecondsOf(deps.leaseMs)
      const seen = await deps.known.all(keepSeconds)
      const heard = seen.verifiers.filter(
        ({ audience }) => audience === (concernedAudience(target) ?? audience),
      )
      const keyServices = seen.verifiers.flatMap(({ audience, kids }) =>
        target.kind === 'key' && kids.includes(target.kid) ? [audience] : [],
      )
      const counted = await count(target, new Set(keyServices), deps)
      return {
        ...counted,
        ...(target.kind === 'session' && { known: counted.sessions === 1 }),
        verifiers: heard.map(({ instance, audience, goneAt }) => {
          return { instance, audience, connected: goneAt === undefined }
        }),
        complete: counted.complete && seen.complete,
        ...(needsConfirmation(target) && { confirm: await confirmation(target, deps) }),
      }
    },

    /** True once for what `preview` gave for this very target. */
    async isConfirmed(target: AdminTarget, confirm: string): Promise<boolean> {
      const known = await deps.oneTime.take('confirm-end', confirm, nowSeconds(deps.clock))
      return known === JSON.stringify(target)
    },
  }
}

async function confirmation(target: AdminTarget, deps: PreviewDeps): Promise<string> {
  const confirm = randomId(deps.random)
  const now = nowSeconds(deps.clock)
  const text = JSON.stringify(target)
  await deps.oneTime.put('confirm-end', confirm, text, CONFIRM_SECONDS, now)
  return confirm
}

async function count(target: AdminTarget, keyServices: ReadonlySet<string>, deps: PreviewDeps) {
  const sessions = new Set<string>()
  const users = new Set<string>()
  const clients = new Set<string>()
  const servicesOf = clientServices(deps)
  const isMeant = matcher(target, keyServices, servicesOf)
  const add = async (page: readonly SessionRecord[]) => {
    for (const session of page) {
      if (!(await isMeant(session))) continue
      sessions.add(session.sid)
      users.add(session.sub)
      for (const id of session.clients) clients.add(id)
    }
  }
  const complete = await each(target, add, deps)
  const known = (await deps.services.list()).map(({ audience }) => audience)
  const reached = new Set<string>()
  for (const id of clients) for (const one of await servicesOf(id)) reached.add(one)
  const only = concernedAudience(target)
  const services = known.filter((one) =>
    only === undefined ? target.kind === 'all' || reached.has(one) : one === only,
  )
  return {
    sessions: sessions.size,
    users: users.size,
    clients: clients.size,
    services: services.length,
    complete,
  }
}

/** False when the time was over before all had been looked at. */
async function each(
  target: AdminTarget,
  add: (page: readonly SessionRecord[]) => Promise<void>,
  deps: PreviewDeps,
): Promise<boolean> {
  const now = nowSeconds(deps.clock)
  if (target.kind === 'session') {
    const found = await deps.sessions.find(target.sid, now)
    await add(found ? [found.session] : [])
    return true
  }
  const sub = target.kind === 'user' ? target.sub : target.kind === 'stale' ? target.about : ''
  if (sub.startsWith('u_')) {
    const found = await deps.sessions.listByUser(sub, MOST_SESSIONS_OF_USER, now)
    await add(found)
    return found.length < MOST_SESSIONS_OF_USER
  }
  return await scanSessions(deps, deps.clock.monotonicMs() + COUNT_MS, add)
}

type ClientServices = (clientId: string) => Promise<readonly string[]>

/** Each client is asked for once. */
function clientServices({ clients }: PreviewDeps): ClientServices {
  const known = new Map<string, Promise<readonly string[]>>()
  return (id) => {
    const found = known.get(id) ?? clients.find(id).then((client) => client?.services ?? [])
    known.set(id, found)
    return found
  }
}

function matcher(
  target: AdminTarget,
  keyServices: ReadonlySet<string>,
  servicesOf: ClientServices,
): (session: SessionRecord) => boolean | Promise<boolean> {
  const uses = async ({ clients }: SessionRecord, audiences: ReadonlySet<string>) => {
    const lists = await Promise.all(clients.map(servicesOf))
    return lists.flat().some((audience) => audiences.has(audience))
  }
  switch (target.kind) {
    case 'session':
    case 'user':
    case 'all':
      return () => true
    case 'client':
      return ({ clients }) => clients.includes(target.client_id)
    case 'service':
      return (session) => uses(session, new Set([target.audience]))
    case 'stale':
      if (concernedAudience(target) === undefined) return ({ sub }) => sub === target.about
      return (session) => uses(session, new Set([target.about]))
    case 'key':
      return (session) => uses(session, keyServices)
    case 'signed_in_before':
      return ({ authTime }) => authTime < target.at
  }
}
