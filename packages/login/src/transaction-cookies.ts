import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CookieBox } from './cookie-box.ts'
import { readCookies } from './cookie-header.ts'
import { LOGIN_LIMITS } from './limits.ts'
import { dropCookie, putCookie } from './reply-cookies.ts'
import type { StepUp } from './sign-in.ts'
import { parseSignInState, type SignInState } from './sign-in-state.ts'

/** What the callback must know about the sign-in it belongs to: OpenID Connect Core section 3.1.2.1, RFC 7636. */
export interface Transaction {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  /** Where the person wanted to go. */
  readonly next: string
  /** What the sign-in was asked to be. */
  readonly wanted?: StepUp
}

/** Sign-ins under way, one sealed cookie each: this binds `state` to the browser (attacks C15 and C16). */
export interface TransactionCookies {
  /** Remembers a sign-in; the oldest ones are forgotten when the browser would have to carry too many. */
  remember(
    request: FastifyRequest,
    reply: FastifyReply,
    state: SignInState,
    transaction: Transaction,
  ): Promise<void>
  /** The sign-in that belongs to this state in this browser, once: the reply forgets it. */
  take(
    request: FastifyRequest,
    reply: FastifyReply,
    state: SignInState,
  ): Promise<Transaction | undefined>
  forgetAll(request: FastifyRequest, reply: FastifyReply): void
}

export function transactionCookies(
  cookieName: string,
  box: CookieBox,
  clock: Clock,
): TransactionCookies {
  const prefix = `${cookieName}-tx.`
  const open = (request: FastifyRequest) => {
    const found = readCookies(request.headers.cookie, prefix)
    return found.kind === 'read' ? found.cookies : new Map<string, string>()
  }
  return {
    async remember(request, reply, state, transaction) {
      const name = prefix + state.text
      const sealed = await box.seal(JSON.stringify(transaction))
      for (const old of overBudget(open(request), prefix, name.length + sealed.length)) {
        dropCookie(reply, old)
      }
      putCookie(reply, name, sealed, LOGIN_LIMITS.transactionSeconds)
    },

    async take(request, reply, state) {
      const sealed = open(request).get(prefix + state.text)
      if (sealed === undefined) return undefined
      dropCookie(reply, prefix + state.text)
      const text = await box.open(sealed)
      if (text === undefined) return undefined
      const transaction = JSON.parse(text) as Transaction
      // The name is the browser's word, the content is ours: a cookie that was renamed is not the one asked for.
      if (transaction.state !== state.text) return undefined
      const age = nowSeconds(clock) - state.startedAt
      return age <= LOGIN_LIMITS.transactionSeconds ? transaction : undefined
    },

    forgetAll(request, reply) {
      for (const name of open(request).keys()) dropCookie(reply, name)
    },
  }
}

/** The names to forget so that one more cookie of `chars` characters fits: nonsense first, then the oldest. */
function overBudget(
  cookies: ReadonlyMap<string, string>,
  prefix: string,
  chars: number,
): readonly string[] {
  const startedAt = (name: string) => parseSignInState(name.slice(prefix.length))?.startedAt ?? 0
  const newestFirst = [...cookies].sort(([a], [b]) => startedAt(b) - startedAt(a))
  let count = 1
  let total = chars
  return newestFirst
    .filter(([name, value]) => {
      count += 1
      total += name.length + value.length
      return (
        count > LOGIN_LIMITS.transactionCookies ||
        total > LOGIN_LIMITS.transactionCookieChars ||
        startedAt(name) === 0
      )
    })
    .map(([name]) => name)
}
