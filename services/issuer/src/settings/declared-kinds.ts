import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { parseGrant } from '@latchkey/permissions'
import { LIMITS } from '@latchkey/protocol'
import { isPlainText, type Kind, list, scalarKind } from './kinds.ts'
import { quote, show } from './located.ts'
import { hidden } from './secrets.ts'
import { parseUrl } from './url-kinds.ts'

/** Kinds of values that only declared entries have. The directory looks at them again, and at what they refer to. */

/** An absolute URI of RFC 3986. A placeholder such as `${env.HOST}` is none. */
export function uri(): Kind<string> {
  return scalarKind('an absolute URI', 'not-a-uri', (value) =>
    typeof value === 'string' && parseUrl(value) !== undefined ? value : undefined,
  )
}

/** `audience: [GET /orders, GET /orders/*]`: grants by the service that they hold at. */
export function grants(): Kind<Readonly<Record<string, readonly string[]>>> {
  const shape = 'audiences, each with a list of grants such as GET /orders/*'
  const grantList = list(grant(), DIRECTORY_LIMITS.grantsPerOwner)
  return {
    shape,
    read: (found, reading) => {
      if (found.kind !== 'group') {
        reading.report({
          at: found.at,
          code: 'not-a-group',
          received: show(found),
          expected: shape,
        })
        return undefined
      }
      const read = [...found.entries].map(
        ([audience, { value }]) => [audience, grantList.read(value, reading) ?? []] as const,
      )
      return Object.fromEntries(read)
    },
  }
}

function grant(): Kind<string> {
  const shape = 'a grant such as GET /orders/*'
  return {
    shape,
    read: (found, { report }) => {
      const value = found.kind === 'scalar' ? found.value : undefined
      if (typeof value !== 'string') {
        report({ at: found.at, code: 'not-text', received: show(found), expected: shape })
        return undefined
      }
      const outcome = parseGrant(value)
      if (outcome.kind === 'grant') return value
      const { code, position, received, expected } = outcome.error
      const place = `${received} at character ${position + 1} of ${quote(value)}`
      report({ at: found.at, code, received: place, expected })
      return undefined
    },
  }
}

/** NIST SP 800-63B section 3.1.1.2 counts code points. */
export function password(): Kind<string> {
  const min = DIRECTORY_LIMITS.passwordChars
  return scalarKind(`at least ${min} characters`, 'password-short', (value) => {
    if (typeof value !== 'string' || [...value].length < min) return undefined
    return isPlainText(value, LIMITS.passwordBytes) ? value : undefined
  })
}

/** Text that only looks like a hash could be the secret itself, so it is not shown either. */
export function hash(expression: RegExp, shape: string): Kind<string> {
  const kind = scalarKind(shape, 'bad-form', (value) =>
    typeof value === 'string' && expression.test(value) ? value : undefined,
  )
  return {
    shape,
    read: (found, reading) => kind.read(found, { ...reading, report: hidden(reading) }),
  }
}
