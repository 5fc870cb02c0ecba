import type { FastifyReply, FastifyRequest } from 'fastify'
import { asNavigation } from '../http/as-navigation.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import { type BrowserSession, findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Established } from './decide.ts'
import type { NextStepDeps } from './next-step.ts'
import { type AskedRequest, readRequest } from './read-request.ts'

/** The form of a page in the middle of a flow, after its checks. */
export type Step =
  | {
      readonly kind: 'ours'
      readonly asked: AskedRequest
      readonly sessions: readonly BrowserSession[]
      /** What the page before this one has settled, when it still holds. */
      readonly established: Established | undefined
    }
  /** Not from our page in this browser. The request is good enough to begin anew with. */
  | { readonly kind: 'foreign'; readonly asked: AskedRequest }

/** The form is only a carrier: the authorization request is proven again as if it had just come. */
export async function readStep(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: NextStepDeps,
): Promise<Step> {
  const { body } = request
  const asked = await readRequest(body.get('request') ?? '', deps)
  const csrf = body.get('csrf')
  if (csrf === undefined || !deps.csrf.check(request, csrf)) {
    request.log.info({ reason: 'csrf', client: asked.client.id }, 'step refused')
    return { kind: 'foreign', asked }
  }
  const sessions = await findBrowserSessions(request, reply, deps)
  const step = deps.proofs.read(body.get('proof'), { csrf, query: asked.query })
  const settled = sessions.find(
    ({ session }) => session.sid === step?.sid && session.authTime === step.authTime,
  )
  const established = settled && step && { session: settled.session, signedIn: step.signedIn }
  return { kind: 'ours', asked, sessions, established }
}

/** Whatever was settled does not hold any more, or was settled elsewhere: the same request, from its first page. */
export async function beginAnew(
  asked: AskedRequest,
  reply: FastifyReply,
  deps: Pick<NextStepDeps, 'issuer'>,
): Promise<FastifyReply> {
  const address = asNavigation(`${deps.issuer}/authorize`, parseParameters(asked.query))
  return await reply.redirect(address, 303)
}
