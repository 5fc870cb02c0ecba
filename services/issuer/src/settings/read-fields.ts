import { type Field, type Fields, namesOf } from './field.ts'
import type { Reading } from './kinds.ts'
import { emptyGroup, type Group, type Located, quote, type Scalar, show } from './located.ts'
import { readSecret } from './secrets.ts'
import { suggest } from './suggest.ts'

/** What reading from the file needs besides the value. */
export interface FileReading extends Reading {
  readonly env: Environment
  /** Told where a secret stands as plain text: the file itself must then be closed to others. */
  notePlainSecret(at: string): void
  /** NAME_file and NAME_env are unknown: what is read did not come from this machine. */
  readonly onlyPlainSecrets?: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Values by name; names with a fault are missing. */
export type Found = ReadonlyMap<string, unknown>

/** Reads one group of the file by its fields. Values of the environment go before those of the file. */
export function readFields(
  group: Group,
  fields: Fields,
  reading: FileReading,
  fromEnvironment: Found = new Map(),
): Found {
  const values = new Map<string, unknown>()
  for (const [name, field] of Object.entries(fields)) {
    const inFile = readGiven(name, field, group, reading)
    const value = fromEnvironment.get(name) ?? inFile ?? readFallback(field, reading)
    if (value !== undefined) values.set(name, value)
    if (field.required === true && !fromEnvironment.has(name) && !isGiven(group, name)) {
      const at = inside(group.at, name)
      const expected = field.kind.shape
      reading.report({ at, code: 'missing-setting', received: 'nothing', expected })
    }
  }
  return values
}

/** Names that no field has are faults, with a suggestion: a misspelt setting must not silently do nothing. */
export function reportUnknown(
  group: Group,
  known: readonly string[],
  { report }: Pick<Reading, 'report'>,
): void {
  for (const [name, { keyAt }] of group.entries) {
    if (known.includes(name)) continue
    const near = suggest(name, known)
    const expected =
      near === undefined ? `one of ${known.join(', ')}` : `a known name; did you mean ${near}?`
    report({ at: keyAt, code: 'unknown-setting', received: quote(name), expected })
  }
}

export function knownNames(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, field]) => namesOf(name, field))
}

/**
 * Reads a list of groups that all have the same fields, such as the clients. `check` looks at what no single field can
 * tell.
 */
export function readRecords(
  found: Located,
  fields: Fields,
  reading: FileReading,
  check: (group: Group, reading: FileReading) => void = () => {},
): Found[] {
  if (found.kind !== 'list') {
    if (found.kind === 'scalar' && found.value === null) return []
    reading.report({ at: found.at, code: 'not-a-list', received: show(found), expected: 'a list' })
    return []
  }
  const known = reading.onlyPlainSecrets ? Object.keys(fields) : knownNames(fields)
  return found.items.flatMap((item) => {
    const group = asGroup(item, known, reading)
    if (group === undefined) return []
    reportUnknown(group, known, reading)
    check(group, reading)
    return [readFields(group, fields, reading)]
  })
}

export function asGroup(
  found: Located,
  known: readonly string[],
  { report }: Pick<Reading, 'report'>,
): Group | undefined {
  if (found.kind === 'group') return found
  // A name without a value is a line whose content is commented out.
  if (found.kind === 'scalar' && found.value === null) {
    return emptyGroup(found.at)
  }
  const expected = `a group of ${known.join(', ')}`
  report({ at: found.at, code: 'not-a-group', received: show(found), expected })
  return undefined
}

function readGiven(name: string, field: Field, group: Group, reading: FileReading): unknown {
  if (field.secret === true) return readSecret(name, field.kind, group, reading)
  const found = group.entries.get(name)?.value
  return found !== undefined && isGiven(group, name) ? field.kind.read(found, reading) : undefined
}

function isGiven(group: Group, name: string): boolean {
  const found = group.entries.get(name)?.value
  return found !== undefined && !(found.kind === 'scalar' && found.value === null)
}

function readFallback(field: Field, reading: FileReading): unknown {
  return field.fallback === undefined
    ? undefined
    : field.kind.read(locateFallback(field.fallback), reading)
}

function locateFallback(fallback: Scalar | readonly string[]): Located {
  const at = 'default'
  if (typeof fallback !== 'object' || fallback === null)
    return { kind: 'scalar', at, value: fallback }
  return { kind: 'list', at, items: fallback.map((value) => ({ kind: 'scalar', at, value })) }
}

/** `latchkey.yaml:1:1` and `issuer` give `latchkey.yaml:1:1 issuer`; deeper names are joined by dots. */
function inside(at: string, name: string): string {
  return /:\d+:\d+ \S/.test(at) ? `${at}.${name}` : `${at} ${name}`
}
