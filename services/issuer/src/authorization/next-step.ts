/** From a decision to its answer: the page that has to come next, or the response at the redirect URI. */
import type { Consents, Services, Users } from '@latchkey/directory'
import { nowSeconds, OAuthError } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accountsPage } from '../pages/accounts-page.ts'
import { consentPage } from '../pages/consent-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { placeOf } from '../pages/place-of.ts'
import { accountsOf } from '../sessions/accounts-of.ts'
import { type BrowserSession, keepInCookie } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { StepProofs } from '../sessions/step-proof.ts'
import { sendSignInPage } from '../sign-in/send-sign-in-page.ts'
import { appForm } from './app-form.ts'
import { consentAsked } from './consent-asked.ts'
import { type DecideDeps, type Decision, decide, type Established } from './decide.ts'
import { type CodeIssueDeps, issueCode } from './issue-code.ts'
import type { PushedRequests } from './pushed-requests.ts'
import type { AskedRequest, ReadRequestDeps } from './read-request.ts'
import { RedirectableError } from './redirectable-error.ts'
import { sendCode } from './response.ts'
import { isVouchedAddress } from './vouched-address.ts'

export interface NextStepDeps extends ReadRequestDeps, DecideDeps, CodeIssueDeps {
  readonly store: Pick<Store, 'codes' | 'sessions'>
  readonly consents: Consents
  readonly users: Pick<Users, 'find'>
  readonly services: Pick<Services, 'find'>
  readonly pushed: Pick<PushedRequests, 'use'>
  readonly csrf: Csrf
  readonly proofs: StepProofs
  readonly locale: PageLocale
  readonly idleSeconds: number
}

/** One request of a browser in the middle of a flow. */
export interface Flow {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly asked: AskedRequest
  /** Living ones of this browser, the one used last in front. */
  readonly sessions: readonly BrowserSession[]
  /** What a step before this one has settled. */
  readonly established?: Established
}

export async function nextStep(flow: Flow, deps: NextStepDeps): Promise<FastifyReply> {
  return await answer(await decisionFor(flow, deps), flow, deps)
}

export async function decisionFor(flow: Flow, deps: NextStepDeps): Promise<Decision> {
  const records = flow.sessions.map(({ session }) => session)
  return await decide(flow.asked, records, flow.established, deps)
}

export async function answer(
  decision: Decision,
  flow: Flow,
  deps: NextStepDeps,
): Promise<FastifyReply> {
  switch (decision.kind) {
    case 'error': {
      const { client, silent } = flow.asked
      const isSignedIn = flow.sessions.length > 0
      if (!isSignedIn && !isVouchedAddress(client, silent)) throw decision.error
      throw new RedirectableError(decision.error, flow.asked)
    }
    case 'sign_in':
      return await askToSignIn(decision.session, flow, deps)
    case 'select_account':
      return await askForAccount(decision.sessions, flow, deps)
    case 'consent':
      return await askForConsent(decision, flow, deps)
    case 'code':
      return await giveCode(decision, flow, deps)
  }
}

/** The end of a flow. The session that it was about is the one used last from now on. */
export async function giveCode(
  { session, allowed }: { readonly session: SessionRecord; readonly allowed: string },
  { request, reply, asked, sessions, established }: Flow,
  deps: NextStepDeps,
): Promise<FastifyReply> {
  if (asked.requestUri !== undefined && !(await deps.pushed.use(asked.requestUri))) {
    throw new RedirectableError(
      new OAuthError('invalid_request_uri', 'request_uri_used', {
        description: 'this pushed request has been used',
      }),
      asked,
    )
  }
  if (sessions[0]?.session.sid !== session.sid) {
    const isChosen = (one: BrowserSession) => one.session.sid === session.sid
    keepInCookie(reply, [...sessions.filter(isChosen), ...sessions.filter((one) => !isChosen(one))])
  }
  const [, code] = await Promise.all([
    // A sign-in has just set the end of its session; any other use moves it.
    established?.signedIn ? undefined : slide(session, deps),
    issueCode(asked, session, allowed, deps),
  ])
  const locale = deps.locale(request, asked.uiLocales)
  return await sendCode(reply, asked, code, { issuer: deps.issuer, locale })
}

async function slide(session: SessionRecord, deps: NextStepDeps): Promise<void> {
  const now = nowSeconds(deps.clock)
  const idleExpiresAt = Math.min(now + deps.idleSeconds, session.absoluteExpiresAt)
  await deps.store.sessions.touch(session.sid, idleExpiresAt, now)
}

async function askToSignIn(
  session: SessionRecord | undefined,
  { request, reply, asked }: Flow,
  deps: NextStepDeps,
): Promise<FastifyReply> {
  const expected = session && (await deps.users.find(session.sub))?.username
  const errand = { form: appForm(asked), uiLocales: asked.uiLocales }
  const username = asked.loginHint ?? expected
  return sendSignInPage(request, reply, { errand, username }, deps)
}

async function askForAccount(
  sessions: readonly SessionRecord[],
  { request, reply, asked }: Flow,
  deps: NextStepDeps,
): Promise<FastifyReply> {
  const accounts = await accountsOf(
    sessions.map((session) => ({ session })),
    deps,
  )
  return reply.headers(pageHeaders({ formAction: [asked.redirectUri] })).send(
    accountsPage({
      locale: deps.locale(request, asked.uiLocales),
      clientName: asked.client.name,
      accounts,
      action: `${deps.issuer}/select-account`,
      hidden: { csrf: deps.csrf.issue(request, reply), request: asked.query },
    }),
  )
}

async function askForConsent(
  decision: Extract<Decision, { kind: 'consent' }>,
  { request, reply, asked, established }: Flow,
  deps: NextStepDeps,
): Promise<FastifyReply> {
  const { sid, authTime } = decision.session
  const csrf = deps.csrf.issue(request, reply)
  const step = { sid, authTime, signedIn: established?.signedIn ?? false }
  return reply.headers(pageHeaders({ formAction: [asked.redirectUri] })).send(
    consentPage({
      ...(await consentAsked(asked, decision, deps)),
      returnTo: placeOf(asked.redirectUri),
      locale: deps.locale(request, asked.uiLocales),
      action: `${deps.issuer}/consent`,
      hidden: {
        csrf,
        request: asked.query,
        proof: deps.proofs.write(step, { csrf, query: asked.query }),
      },
    }),
  )
}
