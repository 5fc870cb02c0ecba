import type { FastifyReply, FastifyRequest } from 'fastify'
import { type BrowserSession, keepInCookie } from '../sessions/browser-sessions.ts'
import type { Errand } from './errand.ts'
import { type SignIn, type SignInDeps, signInSession } from './sign-in-session.ts'

/** Everything is proven: the session, its cookie, and on to what the person signs in for. */
export async function completeSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  errand: Errand & { readonly sessions: readonly BrowserSession[] },
  proven: Pick<SignIn, 'now' | 'rev' | 'sub' | 'acr' | 'amr'>,
  deps: SignInDeps,
): Promise<unknown> {
  const { sub, acr } = proven
  errand.checkPerson(sub)
  const userAgent = request.headers['user-agent'] ?? ''
  const sessions = await signInSession({ ...proven, before: errand.sessions, userAgent }, deps)
  keepInCookie(reply, sessions)
  const [{ session }] = sessions
  request.log.info({ client: errand.client, sub, sid: session.sid, acr }, 'signed in')
  return await errand.goOn(sessions)
}
