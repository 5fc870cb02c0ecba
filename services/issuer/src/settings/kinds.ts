import { isAbsolute, resolve } from 'node:path'
import type { Report } from './faults.ts'
import { type JsonSchema, TEXT } from './json-schema.ts'
import { type Located, type Scalar, show } from './located.ts'

/** What a reader may need besides the value. */
export interface Reading {
  readonly report: Report
  /** Relative paths are taken from here: the folder of the settings file, or the working directory. */
  readonly folder: string
}

/** A kind of value: what it looks like and how it is read. Readers report faults and then return undefined. */
export interface Kind<T> {
  /** As `expected` in messages and in the manual: `a whole number from 1 to 900`. */
  readonly shape: string
  /** The same for editors: never narrower than `read`, sometimes wider. */
  readonly schema: JsonSchema
  read(found: Located, reading: Reading): T | undefined
  /** How the text of an environment variable becomes a value; as it is when absent. */
  fromText?(text: string, at: string): Located
}

/** A kind that is decided by looking at one scalar. `parse` returns undefined for what it refuses. */
export function scalarKind<T>(
  shape: string,
  code: string,
  parse: (value: Exclude<Scalar, null>, reading: Reading) => T | undefined,
  schema: JsonSchema = TEXT,
): Kind<T> {
  return {
    shape,
    schema,
    read: (found, reading) => {
      const value =
        found.kind === 'scalar' && found.value !== null ? parse(found.value, reading) : undefined
      if (value === undefined) {
        reading.report({ at: found.at, code, received: show(found), expected: shape })
      }
      return value
    },
  }
}

/** Text without control characters, not empty. Numbers are refused: YAML would already have changed `007` or `1e3`. */
export function text(maxChars = 256, shape = `text of at most ${maxChars} characters`) {
  const parse = (value: Exclude<Scalar, null>) =>
    typeof value === 'string' && isPlainText(value, maxChars) ? value : undefined
  return scalarKind(shape, 'not-text', parse, { ...TEXT, minLength: 1, maxLength: maxChars })
}

/** As `text`, and it may be empty: `""` is then something else than nothing. */
export function textOrEmpty(maxChars: number) {
  const kind = text(maxChars)
  return {
    ...kind,
    schema: { ...TEXT, maxLength: maxChars },
    read: (found: Located, reading: Reading) =>
      found.kind === 'scalar' && found.value === '' ? '' : kind.read(found, reading),
  }
}

/** Text that must match a pattern, which `shape` says in words. */
export function pattern(expression: RegExp, shape: string) {
  const parse = (value: Exclude<Scalar, null>) =>
    typeof value === 'string' && expression.test(value) ? value : undefined
  return scalarKind(shape, 'bad-form', parse, { ...TEXT, pattern: expression.source })
}

export function integer(limits: { min: number; max: number }): Kind<number> {
  const { min, max } = limits
  return {
    ...scalarKind(`a whole number from ${min} to ${max}`, 'not-in-range', (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
        ? value
        : undefined,
    ),
    schema: { type: 'integer', minimum: min, maximum: max },
    fromText: (value, at) => ({
      kind: 'scalar',
      at,
      value: /^\d{1,15}$/.test(value) ? Number(value) : value,
    }),
  }
}

export function flag(): Kind<boolean> {
  return {
    ...scalarKind('true or false', 'not-a-flag', (value) =>
      typeof value === 'boolean' ? value : undefined,
    ),
    schema: { type: 'boolean' },
    fromText: (value, at) => ({
      kind: 'scalar',
      at,
      value: value === 'true' ? true : value === 'false' ? false : value,
    }),
  }
}

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  const parse = (value: Exclude<Scalar, null>) => choices.find((one) => one === value)
  return scalarKind(`one of ${choices.join(', ')}`, 'not-a-choice', parse, { enum: choices })
}

/** A path; relative ones start at the folder of the settings file, those of the environment at the working directory. */
export function path(): Kind<string> {
  return scalarKind('a path', 'not-a-path', (value, { folder }) => {
    if (typeof value !== 'string' || !isPlainText(value, 4096)) return undefined
    return isAbsolute(value) ? value : resolve(folder, value)
  })
}

/** A list; in the environment its items are separated by commas. Repeated items are refused. */
export function list<T>(item: Kind<T>, maxItems = 1000): Kind<readonly T[]> {
  const shape = `a list, each ${item.shape}`
  return {
    shape,
    schema: { type: 'array', items: item.schema, maxItems },
    read: (found, reading) => {
      if (found.kind !== 'list' || found.items.length > maxItems) {
        const expected = `${shape} (at most ${maxItems})`
        reading.report({ at: found.at, code: 'not-a-list', received: show(found), expected })
        return undefined
      }
      const values: T[] = []
      for (const one of found.items) {
        const value = item.read(one, reading)
        if (value === undefined) continue
        if (values.includes(value)) {
          const expected = 'each item once'
          reading.report({ at: one.at, code: 'repeated', received: show(one), expected })
        }
        values.push(value)
      }
      return values
    },
    fromText: (value, at) => ({
      kind: 'list',
      at,
      items: value.split(',').map((one): Located => ({ kind: 'scalar', at, value: one.trim() })),
    }),
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

export function isPlainText(value: string, maxChars: number): boolean {
  return value !== '' && value.length <= maxChars && !CONTROL.test(value) && value.isWellFormed()
}
