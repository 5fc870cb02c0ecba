/** `prompt` and `max_age`: OpenID Connect Core section 3.1.2.1. */
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const
export type Prompt = (typeof PROMPTS)[number]

export interface PromptFacts {
  /** `prompt=none`: answer without showing anything. */
  readonly silent: boolean
  /** The person must sign in again: `login`, `select_account` or `max_age=0`. */
  readonly signInAgain: boolean
  /** Seconds since the sign-in that are still good. */
  readonly maxAgeSeconds: number | undefined
}

export function checkPrompt(parameters: Parameters): PromptFacts {
  const words = (parameters.get('prompt') ?? '').split(' ').filter((word) => word !== '')
  for (const word of words) {
    if (!(PROMPTS as readonly string[]).includes(word)) {
      throw new OAuthError('invalid_request', 'prompt_unknown', {
        description: 'prompt is made of none, login, consent and select_account',
      })
    }
  }
  const silent = words.includes('none')
  if (silent && words.length > 1) {
    throw new OAuthError('invalid_request', 'prompt_none_with_others', {
      description: 'prompt=none stands alone',
    })
  }
  const maxAgeSeconds = maxAge(parameters)
  const signInAgain =
    words.includes('login') || words.includes('select_account') || maxAgeSeconds === 0
  return { silent, signInAgain, maxAgeSeconds }
}

function maxAge(parameters: Parameters): number | undefined {
  const text = parameters.get('max_age')
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) {
    throw new OAuthError('invalid_request', 'max_age_syntax', {
      description: 'max_age is a whole number of seconds, at most nine digits',
    })
  }
  return Number(text)
}
