import { InputError } from '@latchkey/protocol'
import type { VerifierOptions } from './verifier.ts'

/** About 15 GB: whoever wants more has mistaken the unit. */
const MOST_CACHE_TOKENS = 10_000_000
/** 400 MB. */
const MOST_REFUSED = 100_000
const MOST_SKEW_SECONDS = 60
const MOST_START_TIMEOUT_MS = 3_600_000

/** Throws `InputError` for options that cannot work. The feed checks its own. */
export function checkOptions(
  options: Pick<
    VerifierOptions,
    'issuer' | 'service' | 'cacheTokens' | 'rememberRefused' | 'clockSkewSeconds' | 'startTimeoutMs'
  >,
): void {
  requireText('issuer', options.issuer)
  requireText('service', options.service)
  requireNumber('cacheTokens', options.cacheTokens, MOST_CACHE_TOKENS)
  requireNumber('rememberRefused', options.rememberRefused, MOST_REFUSED)
  requireNumber('clockSkewSeconds', options.clockSkewSeconds, MOST_SKEW_SECONDS)
  requireNumber('startTimeoutMs', options.startTimeoutMs, MOST_START_TIMEOUT_MS)
}

function requireText(where: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return
  throw new InputError('verifier-option', {
    where,
    received: JSON.stringify(value) ?? 'nothing',
    expected: 'a text that is not empty',
  })
}

function requireNumber(where: string, value: number | undefined, most: number): void {
  if (value === undefined) return
  if (Number.isInteger(value) && value >= 0 && value <= most) return
  throw new InputError('verifier-option', {
    where,
    received: String(value),
    expected: `a whole number from 0 to ${most}`,
  })
}
