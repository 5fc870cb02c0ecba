import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EndedSessions } from './ended-sessions.ts'
import type { Refresher } from './refresher.ts'
import type { Person, Session } from './session.ts'
import type { SessionCookie } from './session-cookie.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Who is signed in in this browser. On a public route this is for display only: nobody has asked whether the session
     * still lives at the issuer. On a closed route the verifier has.
     */
    person: Person | undefined
  }
}

export type SessionState =
  | { readonly kind: 'none' | 'duplicated' | 'unreadable' }
  /** Past its absolute lifetime, refused, or `told`: a logout token has reported its end. */
  | { readonly kind: 'over'; readonly session: Session; readonly told: boolean }
  | { readonly kind: 'living'; readonly session: Session }

/** The session of each request, read once, and what its reply says about it. */
export interface RequestSessions {
  load(request: FastifyRequest): Promise<SessionState>
  /** The request goes on with this session and the browser gets it. */
  adopt(request: FastifyRequest, reply: FastifyReply, session: Session): Promise<void>
  /** The request goes on without a session and the browser forgets it. */
  end(request: FastifyRequest, reply: FastifyReply): void
  /** Before the headers leave: replaces a session that has been renewed again, or ended, while the reply was made. */
  finish(request: FastifyRequest, reply: FastifyReply): Promise<void>
}

interface Deps {
  readonly cookie: SessionCookie
  readonly ended: Pick<EndedSessions, 'covers'>
  readonly refresher: Pick<Refresher, 'newest'>
  readonly clock: Clock
}

export function requestSessions({ cookie, ended, refresher, clock }: Deps): RequestSessions {
  const states = new WeakMap<FastifyRequest, SessionState>()
  const written = new WeakMap<FastifyReply, Session>()

  function enter(request: FastifyRequest, state: SessionState): SessionState {
    states.set(request, state)
    request.person = state.kind === 'living' ? state.session.person : undefined
    return state
  }

  function over(session: Session): SessionState {
    return { kind: 'over', session, told: ended.covers(session) }
  }

  async function read(request: FastifyRequest): Promise<SessionState> {
    const found = await cookie.read(request)
    if (found.kind !== 'read') return found
    const { session } = found
    const isOver = session.endsAt <= nowSeconds(clock) || ended.covers(session)
    return isOver ? over(session) : { kind: 'living', session }
  }

  function end(request: FastifyRequest, reply: FastifyReply): void {
    const state = states.get(request)
    if (state !== undefined && 'session' in state) enter(request, over(state.session))
    written.delete(reply)
    cookie.clear(reply)
  }

  return {
    end,
    load: async (request) => states.get(request) ?? enter(request, await read(request)),
    async adopt(request, reply, session) {
      await cookie.write(request, reply, session)
      written.set(reply, session)
      enter(request, { kind: 'living', session })
    },
    async finish(request, reply) {
      const session = written.get(reply)
      if (session === undefined) return
      const newest = refresher.newest(session)
      if (ended.covers(newest)) end(request, reply)
      else if (newest !== session) await cookie.write(request, reply, newest)
    },
  }
}
