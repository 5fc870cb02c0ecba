import { isDeepStrictEqual } from 'node:util'
import type { Answer } from '../http/exchange.ts'
import { RuleBroken } from './outcome.ts'

/** More of a page or a token than this helps nobody in a report. */
const SHOWN_CHARS = 160

/** Ends the rule when the two are not the same. */
export function expectEqual(received: unknown, expected: unknown, what: string): void {
  if (isDeepStrictEqual(received, expected)) return
  throw new RuleBroken({ received: `${what} ${shown(received)}`, expected: shown(expected) })
}

/** Ends the rule when `fits` is false. */
export function expectThat(fits: boolean, received: string, expected: string): asserts fits {
  if (!fits) throw new RuleBroken({ received: shortened(received), expected })
}

/** Ends the rule unless the status is one of these. */
export function expectStatus(answer: Answer, ...statuses: readonly number[]): void {
  if (statuses.includes(answer.status)) return
  throw new RuleBroken({ received: describe(answer), expected: `status ${statuses.join(' or ')}` })
}

/** The JSON object of the answer. */
export function jsonOf(answer: Answer): Readonly<Record<string, unknown>> {
  const type = header(answer, 'content-type')
  const isJson = /^application\/(?:[a-z0-9.+-]+\+)?json(?:\s*;|$)/i.test(type)
  expectThat(isJson, `${describe(answer)}, content type "${type}"`, 'content type application/json')
  return objectOf(answer.text, answer)
}

function objectOf(text: string, answer: Answer): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Readonly<Record<string, unknown>>
    }
  } catch {
    // Said below: no JSON and no object are the same fault.
  }
  throw new RuleBroken({ received: describe(answer), expected: 'a JSON object' })
}

/** A member that is a text. */
export function textMember(object: Readonly<Record<string, unknown>>, name: string): string {
  const value = object[name]
  expectThat(
    typeof value === 'string' && value !== '',
    `${name} ${shown(value)}`,
    `${name} as text`,
  )
  return value
}

/** An error answer of RFC 6749 section 5.2 with one of these codes and one of these statuses. */
export function expectError(
  answer: Answer,
  codes: readonly string[],
  statuses: readonly number[] = [400],
): void {
  const expected = `${statuses.join(' or ')} ${codes.join(' or ')}`
  if (!statuses.includes(answer.status)) {
    throw new RuleBroken({ received: describe(answer), expected })
  }
  const { error } = jsonOf(answer)
  expectThat(codes.includes(String(error)), describe(answer), expected)
}

/** A header as text; '' when it is missing. */
export function header(answer: Answer, name: string): string {
  const value = answer.headers[name]
  return Array.isArray(value) ? value.join(', ') : (value ?? '')
}

export function expectNotStored(answer: Answer): void {
  const value = header(answer, 'cache-control')
  expectThat(/\bno-store\b/i.test(value), `cache-control "${value}" of ${answer.asked}`, 'no-store')
}

/** One line about an answer; tokens and other secrets do not come into a report. */
export function describe(answer: Answer): string {
  const location = answer.headers.location
  const where = location === undefined ? '' : ` to ${location.split('?')[0]}`
  const error = /"error"\s*:\s*"([^"]*)"/.exec(answer.text)?.[1]
  return `${answer.status}${error === undefined ? '' : ` ${error}`}${where} from ${answer.asked}`
}

export function shown(value: unknown): string {
  return value === undefined ? 'nothing' : shortened(JSON.stringify(value))
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text
}
