import { OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Parameters } from '../http/parameters.ts'
import type { Errand } from '../sign-in/errand.ts'
import { appForm } from './app-form.ts'
import { namesPerson } from './choose-session.ts'
import { type NextStepDeps, nextStep } from './next-step.ts'
import { readStep } from './read-step.ts'
import { RedirectableError } from './redirectable-error.ts'

/** The request of an app that the sign-in form carries, proven again. */
export async function appErrand(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: NextStepDeps,
): Promise<Errand> {
  const step = await readStep(request, reply, deps)
  const { asked } = step
  return {
    form: appForm(asked),
    uiLocales: asked.uiLocales,
    client: asked.client.id,
    sessions: step.kind === 'ours' ? step.sessions : undefined,
    checkPerson: (sub) => {
      if (namesPerson(asked, sub, deps.subjectFor)) return
      throw new RedirectableError(new OAuthError('login_required', 'not_the_named'), asked)
    },
    goOn: async (sessions) => {
      const established = { session: sessions[0].session, signedIn: true }
      return await nextStep({ request, reply, asked, sessions, established }, deps)
    },
  }
}
