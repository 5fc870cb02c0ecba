/** What befalls one session: it begins, is refreshed, ends, and is asked about. */
import { ClusterFault } from './cluster-fault.ts'
import { type IssuerClient, untilAnswered } from './issuer-client.ts'
import type { Ledger, Session } from './ledger.ts'
import type { Plan } from './plan.ts'
import type { Probing } from './probing.ts'

export interface LivesDeps {
  readonly plan: Plan
  readonly issuer: IssuerClient
  readonly probes: ReadonlyMap<string, Probing>
  readonly book: Ledger
}

export interface Lives {
  /** @throws ClusterFault when nobody answers within `recoverMs` */
  signIn(person: Plan['people'][number], audience: string): Promise<Session>
  /** Asks for its end until that is acknowledged, or the time is over. */
  end(session: Session, withinMs: number): Promise<void>
  refresh(session: Session): Promise<void>
  /** Milliseconds since `sinceMs` until its service answers again. */
  answersAgain(session: Session, sinceMs: number): Promise<number>
  /** One request with its token, the last one. */
  leave(session: Session): Promise<void>
}

export function lives({ plan, issuer, probes, book }: LivesDeps): Lives {
  const probeOf = ({ audience }: Pick<Session, 'audience'>): Probing => {
    const found = probes.get(audience)
    if (!found) throw new Error(`no service ${audience}`)
    return found
  }
  return {
    signIn: async (person, audience) => {
      const got = await untilAnswered(
        () => issuer.signIn(person, audience),
        (answer) => 'kind' in answer,
        plan.recoverMs,
      )
      if ('kind' in got) {
        throw new ClusterFault(`nobody could be signed in within ${plan.recoverMs} ms`)
      }
      const session: Session = { ...got, audience, doubtful: false }
      probeOf(session).add(session)
      return session
    },
    end: async (session, withinMs) => {
      session.askedAtMs = performance.now()
      let tries = 0
      const outcome = await untilAnswered(
        () => {
          tries += 1
          return issuer.end(session.sid)
        },
        (answer) => answer === 'lost',
        withinMs,
      )
      if (outcome === 'lost') return
      // An earlier try may have ended it, and its answer was lost. At the first one it should have been there.
      if (outcome === 'unknown' && tries === 1) {
        book.unknown(session)
        return
      }
      session.endedAtMs = performance.now()
      book.ended(session)
    },
    refresh: async (session) => {
      const startedMs = performance.now()
      const used = session.refreshToken
      const endedBefore = session.endedAtMs !== undefined
      const got = await untilAnswered(
        () => issuer.refresh(used),
        (answer) => answer.kind === 'lost',
        plan.refreshGraceMs / 2,
      )
      if (got.kind === 'lost') session.doubtful = true
      else if (got.kind === 'refreshed') {
        if (endedBefore) book.refreshedDead(session)
        const { accessToken, refreshToken, expiresAt } = got
        Object.assign(session, { accessToken, refreshToken, expiresAt })
      } else {
        if (performance.now() - startedMs > plan.refreshGraceMs) session.doubtful = true
        book.refusedRefresh(session, got.error)
      }
    },
    answersAgain: async (session, sinceMs) => {
      const status = await untilAnswered(
        () => probeOf(session).ask(session),
        (it) => it === undefined || it >= 500,
        plan.recoverMs,
      )
      const tookMs = Math.round(performance.now() - sinceMs)
      if (status === undefined || status >= 500) {
        book.notRecovered(session.audience, `${status ?? 'no answer'} after ${tookMs} ms`)
      }
      return tookMs
    },
    leave: async (session) => {
      await probeOf(session).ask(session)
      probeOf(session).remove(session)
    },
  }
}
