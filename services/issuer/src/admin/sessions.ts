/** /admin/v1/sessions: who is signed in, and which apps have tokens of it. */
import type { Directory } from '@latchkey/directory'
import { type Clock, InputError, LIMITS, nowSeconds } from '@latchkey/protocol'
import type { FamilyRecord, SessionRecord, Store } from '@latchkey/store'
import { Type } from 'typebox'
import { CANARY_SUBJECT } from '../canary/canary-subject.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { PAGE_QUERY, type Page, type Pages, pageOf } from './framework/pages.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'
import { signInAddress } from './sign-in-address.ts'
import { describeSession, SessionAnswer } from './user-sessions.ts'

export interface AdminSessionsDeps {
  readonly store: {
    readonly sessions: Pick<Store['sessions'], 'find' | 'scan' | 'listByUser'>
    readonly families: Pick<Store['families'], 'list'>
  }
  readonly directory: { readonly audit: Pick<Directory['audit'], 'list'> }
  readonly pages: Pages
  readonly clock: Clock
}

const SID = { sid: Type.String({ pattern: '^s\\d{1,4}_[A-Za-z0-9_-]{22}$' }) }
const MOST_OF_USER = 500

const Family = closedObject(
  {
    client_id: Type.String(),
    audience: Type.String(),
    scope: Type.String(),
    refreshed_at: Type.Integer({ description: 'When its refresh token was given out.' }),
    refreshes: Type.Integer(),
    idle_expires_at: Type.Integer(),
    absolute_expires_at: Type.Integer(),
  },
  'Family',
)

const WholeSessionAnswer = closedObject(
  {
    ...SessionAnswer.properties,
    acr: Type.String(),
    amr: Type.Array(Type.String()),
    address: Type.Optional(
      Type.String({
        description: 'From which the person signed in last, as long as the audit log has it.',
      }),
    ),
    families: Type.Array(Family, {
      description: 'Chains of refresh tokens, the one used last first.',
    }),
  },
  'WholeSession',
)

export function adminSessions(deps: AdminSessionsDeps) {
  return adminRoutes(listSessions(deps), showSession(deps))
}

function listSessions({ store, pages, clock }: AdminSessionsDeps) {
  return adminRoute({
    method: 'GET',
    path: '/sessions',
    summary:
      'Lists sessions that are alive: of a person, of a client, or all; without a person a page may be short or empty',
    roles: EVERY_ROLE,
    query: {
      user: Type.Optional(Type.String({ pattern: '^u_[0-9A-HJKMNP-TV-Z]{26}$' })),
      client: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.clientIdChars })),
      ...PAGE_QUERY,
    },
    answers: { 200: pageOf('sessions', SessionAnswer) },
    async handle(request) {
      const { user, client } = request.query
      const page = pages(request)
      const isMeant = ({ sub, clients }: SessionRecord) =>
        sub !== CANARY_SUBJECT && (client === undefined || clients.includes(client))
      const now = nowSeconds(clock)
      if (user !== undefined) {
        const all = (await store.sessions.listByUser(user, MOST_OF_USER, now)).filter(isMeant)
        const begin = Number(page.after ?? 0)
        const rows = all.slice(begin, begin + page.limit)
        return {
          sessions: rows.map(describeSession),
          ...page.next(rows, () => String(begin + rows.length)),
        }
      }
      const { sessions, cursor } = await store.sessions.scan(page.after ?? '', page.limit, now)
      return { sessions: sessions.filter(isMeant).map(describeSession), ...nextOf(page, cursor) }
    },
  })
}

/** The store says whether there is more, however full the page is. */
function nextOf(page: Page, cursor: string): { next?: string } {
  return cursor === '' ? {} : page.next(new Array(page.limit).fill(cursor), (position) => position)
}

function showSession({ store, directory, clock }: AdminSessionsDeps) {
  return adminRoute({
    method: 'GET',
    path: '/sessions/:sid',
    summary: 'Shows a session that is alive, with what its apps may refresh',
    roles: EVERY_ROLE,
    params: SID,
    answers: { 200: WholeSessionAnswer },
    async handle(request) {
      const { sid } = request.params
      const now = nowSeconds(clock)
      const found = await store.sessions.find(sid, now)
      if (found && found.session.sub !== CANARY_SUBJECT) {
        const families = (await store.families.list(sid, now)).map(describeFamily)
        const address = await signInAddress(sid, directory.audit)
        const { acr, amr } = found.session
        return {
          ...describeSession(found.session),
          acr,
          amr,
          ...(address !== undefined && { address }),
          families,
        }
      }
      throw new InputError('unknown-session', {
        received: sid,
        expected: 'the sid of a session that has not ended',
      })
    },
  })
}

function describeFamily(family: FamilyRecord) {
  return {
    client_id: family.clientId,
    audience: family.audience,
    scope: family.scope,
    refreshed_at: family.rotatedAt,
    refreshes: family.generation - 1,
    idle_expires_at: family.idleExpiresAt,
    absolute_expires_at: family.absoluteExpiresAt,
  }
}
