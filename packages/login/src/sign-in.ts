/** Beginning a sign-in: OpenID Connect Core section 3.1.2.1, RFC 7636 section 4, RFC 9700 section 2.1.1, RFC 9470 section 4. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { IssuerUnavailable } from './issuer-unavailable.ts'
import type { SendPage } from './page.ts'
import type { Provider } from './provider.ts'
import type { Settings } from './settings.ts'
import { newSignInState } from './sign-in-state.ts'
import type { TransactionCookies } from './transaction-cookies.ts'

/** What a route wants of a sign-in (RFC 9470); the plug-in that closes routes says it. */
export interface StepUp {
  /** One of these; empty: any. */
  readonly acrValues: readonly string[]
  readonly maxAgeSeconds: number | undefined
}

export interface SignInDeps {
  readonly settings: Settings
  readonly provider: Pick<Provider, 'authorizationUrl'>
  readonly transactions: Pick<TransactionCookies, 'remember'>
  readonly sendPage: SendPage
}

/**
 * Sends the browser to the issuer and remembers in a sealed cookie where the person wanted to go (`next`, already checked).
 * `repeated`: started by itself because another sign-in did not hold. `wanted`: a sign-in of any kind will not do.
 */
export type StartSignIn = (
  request: FastifyRequest,
  reply: FastifyReply,
  facts: { next: string | undefined; repeated: boolean; wanted?: StepUp },
) => Promise<FastifyReply>

export function startSignIn(deps: SignInDeps): StartSignIn {
  const { settings, provider, transactions, sendPage } = deps
  const { clock, random } = settings
  return async (request, reply, { next = '/', repeated, wanted }) => {
    const state = newSignInState(clock, random, repeated)
    const transaction = {
      state: state.text,
      nonce: random.bytes(16).toString('base64url'),
      codeVerifier: random.bytes(32).toString('base64url'),
      next,
      ...(wanted && { wanted }),
    }
    try {
      const location = await provider.authorizationUrl(transaction)
      await transactions.remember(request, reply, state, transaction)
      return reply.code(303).headers({ location, 'cache-control': 'no-store' }).send()
    } catch (error) {
      if (!(error instanceof IssuerUnavailable)) throw error
      request.log.warn({ reason: error.reason }, 'sign-in not possible: issuer unavailable')
      const { retryAfterSeconds } = error
      return sendPage(request, reply, 'unavailable', {
        href: signInAgain(settings, next),
        retryAfterSeconds,
      })
    }
  }
}

/** A demand as one text: to know it again. */
export function demandOf({ acrValues, maxAgeSeconds }: StepUp): string {
  return `${acrValues.join(' ')},${maxAgeSeconds ?? ''}`
}

/** The address that begins a sign-in and leads to `next` afterwards. */
export function signInAgain(settings: Pick<Settings, 'paths'>, next: string): string {
  return `${settings.paths.login}?next=${encodeURIComponent(next)}`
}
