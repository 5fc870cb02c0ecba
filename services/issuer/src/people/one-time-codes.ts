/** The second factor of an account: RFC 6238. Guesses are counted first, and each code counts once (section 5.2). */
import type { Users } from '@latchkey/directory'
import type { Store } from '@latchkey/store'
import type { CodeSecrets } from './code-secrets.ts'
import { GUESSING_LIMITS } from './guessing-limits.ts'
import { CODE_PERIOD_SECONDS, stepOfCode } from './totp.ts'

export type CodeOutcome =
  | { readonly kind: 'ok' }
  /** `why` is for the log only. */
  | { readonly kind: 'refused'; readonly why: 'wrong' | 'used' | 'no_secret' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number }

export interface OneTimeCodes {
  /** Checks a code of an account that has them switched on. */
  check(sub: string, code: string, now: number): Promise<CodeOutcome>
  /** Checks a code of a secret that is not this account's yet. */
  checkWith(secret: Buffer, sub: string, code: string, now: number): Promise<CodeOutcome>
  /** The password or the secret is another one: what was guessed before counts no more, or its owner would have to wait. */
  forgive(sub: string): Promise<void>
}

export interface OneTimeCodeDeps {
  readonly store: Pick<Store, 'throttle' | 'oneTime'>
  readonly users: Pick<Users, 'oneTimeCodeSecret'>
  readonly secrets: Pick<CodeSecrets, 'open'>
}

/** As long as any step around now could still match. */
const USED_SECONDS = 4 * CODE_PERIOD_SECONDS

export function oneTimeCodes({ store, users, secrets }: OneTimeCodeDeps): OneTimeCodes {
  const COUNTERS = ['code', 'codePerDay'] as const

  async function compare(
    secret: Buffer | undefined,
    sub: string,
    code: string,
    now: number,
  ): Promise<CodeOutcome> {
    if (secret === undefined) return { kind: 'refused', why: 'no_secret' }
    const step = stepOfCode(withoutSpaces(code), secret, now)
    if (step === undefined) return { kind: 'refused', why: 'wrong' }
    // Spent before it opens anything: of two at once, one is late.
    const first = await store.oneTime.claim('one-time-code', `${sub} ${step}`, USED_SECONDS, now)
    if (!first) return { kind: 'refused', why: 'used' }
    // The day counts wrong ones alone and never begins anew: its owner's codes would hand a guesser another thirty each.
    await Promise.all([
      store.throttle.clear('code', sub),
      store.throttle.giveBack('codePerDay', sub, now),
    ])
    return { kind: 'ok' }
  }

  async function counted(
    sub: string,
    now: number,
    made: () => Promise<CodeOutcome>,
  ): Promise<CodeOutcome> {
    // One after the other: a guess that the shorter window blocks does not use up the day.
    for (const name of COUNTERS) {
      const attempt = await store.throttle.attempt(name, sub, GUESSING_LIMITS[name], now)
      if (attempt.kind === 'blocked') return { ...attempt, kind: 'throttled' }
    }
    return await made()
  }

  return {
    check: (sub, code, now) =>
      counted(sub, now, async () => {
        const sealed = await users.oneTimeCodeSecret(sub)
        return await compare(
          sealed === undefined ? undefined : secrets.open(sealed, sub),
          sub,
          code,
          now,
        )
      }),
    checkWith: (secret, sub, code, now) => counted(sub, now, () => compare(secret, sub, code, now)),
    forgive: async (sub) => {
      await Promise.all(COUNTERS.map((name) => store.throttle.clear(name, sub)))
    },
  }
}

/** Apps show codes in groups, and people copy them so. */
function withoutSpaces(code: string): string {
  return code.replace(/\s/g, '')
}
