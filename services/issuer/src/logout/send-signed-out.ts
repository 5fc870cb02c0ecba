import { type Clock, nowSeconds, StoreUnavailable } from '@latchkey/protocol'
import type { Delivery } from '@latchkey/store'
import type { FastifyReply } from 'fastify'
import type { Locale } from '../pages/locale.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { type SignedOutApp, type SignedOutPage, signedOutPage } from '../pages/signed-out-page.ts'
import { type EndedAppsDeps, endedApps } from './ended-apps.ts'

export interface SignedOutDeps extends EndedAppsDeps {
  readonly clock: Clock
}

const STATUS_PATH = '/logout/status'

/** Often enough to see an app that answers late, seldom enough for a page that is left open. */
const LOOK_AGAIN_SECONDS = { min: 2, max: 30 }

/** The page with how far the apps are. `deliveries` may fail: then it says only what is certain. */
export async function sendSignedOut(
  reply: FastifyReply,
  page: {
    readonly locale: Locale
    readonly hasOthers: boolean
    readonly frames?: readonly string[]
  },
  deliveries: () => Promise<readonly Delivery[]>,
  deps: SignedOutDeps,
): Promise<FastifyReply> {
  const now = nowSeconds(deps.clock)
  const ended = await orNothing(async () => await endedApps(await deliveries(), deps))
  const apps = ended.map((app) => ({ ...app, isOver: now >= app.endsAt }))
  return await reply
    .headers(pageHeaders({ frames: page.frames ?? [] }))
    .send(signedOutPage({ ...page, apps, ...lookingAgain(apps, now) }))
}

/** The session has ended, whatever else cannot be read at this moment. */
export async function orNothing<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof StoreUnavailable) return []
    throw error
  }
}

/** The page comes again by itself until no app lets anybody in; the link stays as long as a better answer is possible. */
function lookingAgain(
  apps: readonly SignedOutApp[],
  now: number,
): Pick<SignedOutPage, 'next' | 'statusUrl'> {
  const open = apps.filter(({ told }) => told !== 'signed_out')
  if (open.every(({ told, isOver }) => told === 'none' && isOver)) return {}
  const endsAt = Math.max(...open.map((app) => app.endsAt))
  if (now >= endsAt) return { statusUrl: STATUS_PATH }
  const { min, max } = LOOK_AGAIN_SECONDS
  const untilEnd = Math.min(Math.max(endsAt - now, min), max)
  const afterSeconds = open.some(({ told }) => told === 'pending') ? min : untilEnd
  return { statusUrl: STATUS_PATH, next: { url: STATUS_PATH, afterSeconds } }
}
