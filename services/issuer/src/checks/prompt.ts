/** `prompt` and `max_age`: OpenID Connect Core section 3.1.2.1; `default_max_age`: Dynamic Client Registration section 2. */
import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const

export interface PromptFacts {
  /** `none`: answer without showing anything. */
  readonly silent: boolean
  /** `login` or `max_age=0`: the person must sign in again. */
  readonly signInAgain: boolean
  /** `select_account`: the person chooses, even where there is one account only. */
  readonly chooseAccount: boolean
  /** `consent`: the person is asked, even after having allowed the same before. */
  readonly askConsent: boolean
  /** Seconds since the sign-in that are still good. */
  readonly maxAgeSeconds: number | undefined
}

export function checkPrompt(
  parameters: Parameters,
  client: Pick<Client, 'defaultMaxAge'>,
): PromptFacts {
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
  const maxAgeSeconds = maxAge(parameters) ?? client.defaultMaxAge
  return {
    silent,
    signInAgain: words.includes('login') || maxAgeSeconds === 0,
    chooseAccount: words.includes('select_account'),
    askConsent: words.includes('consent'),
    maxAgeSeconds,
  }
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
