import { type Clock, nowSeconds, type Random, randomId } from '@latchkey/protocol'

/**
 * The `state` parameter: RFC 6749 section 10.12. It names the transaction cookie of this sign-in, and says by itself when
 * the sign-in began and whether it is already the second attempt, because a browser that keeps no cookies can tell us
 * nothing else. Nothing is believed because of it: what counts is the sealed cookie of that name.
 */
export interface SignInState {
  readonly text: string
  readonly startedAt: number
  /** This sign-in was started by itself, after the answer to another one could not be used. */
  readonly repeated: boolean
}

const FORM = /^([0-9a-z]{1,10})\.([01])\.[A-Za-z0-9_-]{22}$/

export function newSignInState(clock: Clock, random: Random, repeated: boolean): SignInState {
  const startedAt = nowSeconds(clock)
  const text = `${startedAt.toString(36)}.${repeated ? 1 : 0}.${randomId(random)}`
  return { text, startedAt, repeated }
}

export function parseSignInState(text: string): SignInState | undefined {
  const match = FORM.exec(text)
  if (match === null) return undefined
  const [, startedAt = '', repeated] = match
  return { text, startedAt: Number.parseInt(startedAt, 36), repeated: repeated === '1' }
}
