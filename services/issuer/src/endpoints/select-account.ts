/** POST /select-account: which of the accounts in this browser. OpenID Connect Core section 3.1.2.1, `prompt=select_account`. */
import type { FastifyInstance } from 'fastify'
import { namesPerson } from '../authorization/choose-session.ts'
import { answer, type NextStepDeps, nextStep } from '../authorization/next-step.ts'
import { beginAnew, readStep } from '../authorization/read-step.ts'
import type { Parameters } from '../http/parameters.ts'

/** In place of a session: somebody who is not signed in here yet. */
export const ANOTHER_ACCOUNT = 'another'

export function selectAccount(deps: NextStepDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/select-account', async (request, reply) => {
      const step = await readStep(request, reply, deps)
      const { asked } = step
      if (step.kind === 'foreign') return await beginAnew(asked, reply, deps)
      const flow = { request, reply, asked, sessions: step.sessions }
      const account = request.body.get('account')
      if (account === ANOTHER_ACCOUNT) return await answer({ kind: 'sign_in' }, flow, deps)
      const chosen = step.sessions.find(({ session }) => session.sid === account)
      // It has ended since the page was shown, or was never offered on it.
      if (!chosen || !namesPerson(asked, chosen.session.sub, deps.subjectFor)) {
        return await beginAnew(asked, reply, deps)
      }
      const established = { session: chosen.session, signedIn: false }
      return await nextStep({ ...flow, established }, deps)
    })
  }
}
