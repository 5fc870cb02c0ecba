/** What a guarded socket stands on: its token, and whether that lets messages pass at this moment. */
import type { AccessTokenClaims, EndReason, Scheduler } from '@latchkey/protocol'
import type { RefusalReason, Verifier } from '@latchkey/verifier'
import { type SocketClose, socketClose, TRY_LATER } from './socket-close.ts'

export interface SocketStanding {
  readonly claims: AccessTokenClaims
  /** `holding`: a fresh token may come; until then nothing passes. `over` for good. */
  readonly state: 'open' | 'holding' | 'over'
  /** Asks the verifier, as for each request. */
  look(): SocketStanding['state']
  /** Goes on with a fresh token, which has been verified. */
  replace(token: string, claims: AccessTokenClaims): void
  end(close: SocketClose): void
  /** The socket has gone. */
  stop(): void
}

export interface StandingDeps {
  readonly verifier: Pick<Verifier, 'verify' | 'watch'>
  readonly scheduler: Scheduler
  readonly toleranceSeconds: number
  /** How long a fresh token is waited for, where one would help. 0: not at all. */
  readonly graceSeconds: number
  /** Waiting has begun. */
  holding(): void
  /** It is over, and this is how the peer hears of it; undefined: it has gone by itself. */
  over(close: SocketClose | undefined): void
}

export function socketStanding(
  first: { readonly token: string; readonly claims: AccessTokenClaims },
  deps: StandingDeps,
): SocketStanding {
  const { verifier, scheduler, toleranceSeconds, graceSeconds } = deps
  let { token, claims } = first
  let state: SocketStanding['state'] = 'open'
  let unwatch = () => {}
  let cancelGrace = () => {}

  function finish(close: SocketClose | undefined): void {
    if (state === 'over') return
    state = 'over'
    unwatch()
    cancelGrace()
    deps.over(close)
  }

  /** The token counts no more. */
  function lose(reason: RefusalReason, why?: EndReason): void {
    const close = socketClose(reason, why)
    if (!close.mendable || graceSeconds === 0) finish(close)
    else if (state === 'open') {
      state = 'holding'
      cancelGrace = scheduler.after(graceSeconds * 1000, () => finish(close))
      deps.holding()
    }
  }

  function watch(): void {
    unwatch()
    unwatch = verifier.watch(claims, lose)
    // It may have called back at once, before there was anything to stop.
    if (state === 'over') unwatch()
  }

  watch()
  return {
    get claims() {
      return claims
    },
    get state() {
      return state
    },
    look: () => {
      if (state !== 'open') return state
      const verification = verifier.verify(token, toleranceSeconds)
      // Bound: whoever opened the connection proved to hold the key.
      if (verification.kind === 'stale') finish(TRY_LATER)
      else if (verification.kind === 'invalid') lose(verification.reason)
      return state
    },
    replace: (freshToken, freshClaims) => {
      token = freshToken
      claims = freshClaims
      cancelGrace()
      state = 'open'
      watch()
    },
    end: finish,
    stop: () => finish(undefined),
  }
}
