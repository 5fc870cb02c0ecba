/** Request parameters of OAuth endpoints: application/x-www-form-urlencoded, RFC 6749 sections 3.1, 3.2 and appendix B. */
import { LIMITS, OAuthError } from '@latchkey/protocol'

/** Parsed once at the edge. An empty value counts as absent; a name stands at most once, except the repeatable ones. */
export interface Parameters {
  /** What was parsed, for a form that carries a whole request on. */
  readonly text: string
  get(name: string): string | undefined
  /** Values of a repeatable parameter (`resource`, `audience`), in order. */
  all(name: string): readonly string[]
}

/** RFC 8707 section 2 and RFC 8693 section 2.1 let these be repeated. */
export const REPEATABLE: ReadonlySet<string> = new Set(['resource', 'audience'])

export function parseParameters(text: string): Parameters {
  const values = new Map<string, string[]>()
  const fields = text === '' ? [] : text.split('&')
  if (fields.length > LIMITS.formFields) {
    throw new OAuthError('invalid_request', 'too_many_parameters')
  }
  for (const field of fields) {
    const equals = field.indexOf('=')
    const name = decode(equals < 0 ? field : field.slice(0, equals))
    const value = equals < 0 ? '' : decode(field.slice(equals + 1))
    const before = values.get(name)
    if (before && !REPEATABLE.has(name)) {
      throw new OAuthError('invalid_request', 'repeated_parameter', {
        // A name that no specification has is the sender's own text, and not repeated to anybody.
        description: `${/^[a-z_]{1,40}$/.test(name) ? `the parameter ${name}` : 'a parameter'} is repeated`,
      })
    }
    if (before) before.push(value)
    else values.set(name, [value])
  }
  return {
    text,
    get: (name) => values.get(name)?.[0] || undefined,
    all: (name) => (values.get(name) ?? []).filter((value) => value !== ''),
  }
}

function decode(text: string): string {
  // Most names and values are plain.
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new OAuthError('invalid_request', 'bad_encoding', {
      description: 'a parameter is not valid percent-encoded UTF-8',
      cause,
    })
  }
}

/** The path of a request target, without host and query. */
export function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] ?? ''
}

/** The query part of a request target, without `?`. */
export function queryOf(url: string): string {
  const mark = url.indexOf('?')
  return mark < 0 ? '' : url.slice(mark + 1)
}

/** A parameter within its limit; `invalid_request` when longer. */
export function bounded(
  parameters: Parameters,
  name: string,
  maxChars: number,
): string | undefined {
  const value = parameters.get(name)
  if (value !== undefined && value.length > maxChars) {
    throw new OAuthError('invalid_request', `${name}_too_long`, {
      description: `the parameter ${name} is longer than ${maxChars} characters`,
    })
  }
  return value
}

/** A parameter that must be there. */
export function required(parameters: Parameters, name: string, maxChars: number): string {
  const value = bounded(parameters, name, maxChars)
  if (value === undefined) {
    throw new OAuthError('invalid_request', `${name}_missing`, {
      description: `the parameter ${name} is missing`,
    })
  }
  return value
}
