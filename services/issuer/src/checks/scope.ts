/**
 * `scope`: RFC 6749 section 3.3. Unknown values are ignored, and the answer says what was granted. It could not say that nothing was, since
 * a scope is at least one word (appendix A.4); so unknown values alone are refused.
 */
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { bounded, type Parameters } from '../http/parameters.ts'

export const SCOPES = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'] as const

const SCOPE_TEXT = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** The granted part of what was asked, in our order, without duplicates; '' when nothing was asked. */
export function checkScope(parameters: Parameters): string {
  const asked = bounded(parameters, 'scope', LIMITS.scopeChars)
  if (asked === undefined) return ''
  if (!SCOPE_TEXT.test(asked)) {
    throw new OAuthError('invalid_scope', 'scope_syntax', {
      description: 'scope is a list of words separated by single spaces',
    })
  }
  const words = new Set(asked.split(' '))
  const known = SCOPES.filter((scope) => words.has(scope))
  if (known.length > 0) return known.join(' ')
  throw new OAuthError('invalid_scope', 'scope_unknown', {
    description: 'none of these scopes is known here',
  })
}

/** CAEP Interoperability Profile section 2.7.2: reading a stream, and managing it. */
export const SIGNAL_SCOPES = ['ssf.read', 'ssf.manage'] as const

/** Scopes of a token for the issuer in the hands of a client that may have signals. Asked for by name; nothing asked, nothing granted. */
export function checkSignalScope(parameters: Parameters): string {
  const asked = bounded(parameters, 'scope', LIMITS.scopeChars)?.split(' ')
  if (asked === undefined) return ''
  const known = SIGNAL_SCOPES.filter((scope) => asked.includes(scope))
  if (known.length > 0) return known.join(' ')
  throw new OAuthError('invalid_scope', 'scope_unknown', {
    description: `a machine can have ${SIGNAL_SCOPES.join(' and ')}`,
  })
}

/** A machine has grants and no other scopes: a token without the scope that was asked for would be taken for one with it. */
export function refuseScope(parameters: Parameters): void {
  if (parameters.get('scope') === undefined) return
  throw new OAuthError('invalid_scope', 'scope_of_machine', {
    description: 'tokens of machines have no scope: leave it out',
  })
}

/** RFC 6749 section 6: a refresh may ask for less, never for more. */
export function narrowScope(parameters: Parameters, granted: string): string {
  if (parameters.get('scope') === undefined) return granted
  const asked = checkScope(parameters)
  const all = new Set(granted.split(' '))
  if (asked.split(' ').some((scope) => scope !== '' && !all.has(scope))) {
    throw new OAuthError('invalid_scope', 'scope_wider_than_granted', {
      description: 'scope exceeds what was granted',
    })
  }
  return asked
}

export function hasScope(scope: string, word: string): boolean {
  return scope.split(' ').includes(word)
}
