/** What a file of people may say, and what becomes of it: docs/operate/import.md lists the same columns. */
import { cutValue, type ImportFault } from './import-fault.ts'

/** A value as the file has it; of CSV always text. */
type Raw = unknown
/** Undefined: it is none of these. */
type Read = (value: Raw) => unknown

interface Column {
  readonly expected: string
  readonly read: Read
  /** Members of the row that it goes into: `['profile', 'given_name']`. */
  readonly path: readonly string[]
  /** Its value is never shown. */
  readonly secret?: true
}

const text: Read = (value) => (typeof value === 'string' ? value : undefined)
const truth: Read = (value) => {
  if (typeof value === 'boolean') return value
  const words: Record<string, boolean> = {
    true: true,
    false: false,
    '1': true,
    '0': false,
    yes: true,
    no: false,
  }
  return words[String(value).toLowerCase()]
}
const list: Read = (value) => {
  const items = typeof value === 'string' ? value.split(';').map((item) => item.trim()) : value
  if (!Array.isArray(items) || !items.every((item) => typeof item === 'string')) return undefined
  return items.filter((item) => item !== '')
}
const status: Read = (value) =>
  ['active', 'disabled', 'must_change_password'].find((word) => word === value)
const object: Read = (value) => {
  const found = typeof value === 'string' ? parsed(value) : value
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : undefined
}
/** A Keycloak credential may stand in a file of JSON lines as it is. */
const hash: Read = (value) =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : text(value)

function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

const TEXTS = ['username', 'name', 'email', 'locale', 'external_id'] as const
const PROFILE = [
  ...['given_name', 'family_name', 'middle_name', 'nickname', 'profile', 'picture', 'website'],
  ...['gender', 'birthdate', 'zoneinfo', 'phone_number'],
] as const
const ADDRESS = ['formatted', 'street_address', 'locality', 'region', 'postal_code', 'country']

const A_TEXT = 'a text'
const TRUTH = 'true or false'
const OBJECT = 'a JSON object'

const COLUMNS = new Map<string, Column>([
  ...TEXTS.map((name) => [name, { expected: A_TEXT, read: text, path: [name] }] as const),
  ...PROFILE.map(
    (name) => [name, { expected: A_TEXT, read: text, path: ['profile', name] }] as const,
  ),
  ...ADDRESS.map(
    (name) =>
      [
        `address.${name}`,
        { expected: A_TEXT, read: text, path: ['profile', 'address', name] },
      ] as const,
  ),
  ['address', { expected: OBJECT, read: object, path: ['profile', 'address'] }],
  ['email_verified', { expected: TRUTH, read: truth, path: ['email_verified'] }],
  [
    'phone_number_verified',
    { expected: TRUTH, read: truth, path: ['profile', 'phone_number_verified'] },
  ],
  ['roles', { expected: 'names of roles, with ; between them', read: list, path: ['roles'] }],
  ['groups', { expected: 'names of groups, with ; between them', read: list, path: ['groups'] }],
  [
    'status',
    { expected: 'active, disabled or must_change_password', read: status, path: ['status'] },
  ],
  [
    'password_hash',
    { expected: 'a password hash', read: hash, path: ['password_hash'], secret: true },
  ],
  ['attributes', { expected: OBJECT, read: object, path: ['attributes'] }],
])

/** Names of all columns, for messages and for the manual. */
export const COLUMN_NAMES: readonly string[] = [...COLUMNS.keys(), 'attributes.NAME']

/** Undefined: there is no such column. */
export function columnOf(name: string): Column | undefined {
  const [, attribute] = /^attributes\.([A-Za-z]\w{0,63})$/.exec(name) ?? []
  if (attribute === undefined) return COLUMNS.get(name)
  const any: Read = (value) => value
  return { expected: 'a value', read: any, path: ['attributes', attribute] }
}

export type Row = Readonly<Record<string, unknown>>

/** A row as the admin API takes it. Empty values and nulls say nothing. */
export function rowOf(line: number, values: Readonly<Record<string, Raw>>): Row | ImportFault[] {
  const faults: ImportFault[] = []
  const row: Record<string, unknown> = { line }
  for (const [name, value] of Object.entries(values)) {
    if (value === '' || value === null) continue
    const column = columnOf(name)
    if (column === undefined) {
      faults.push(unknownColumn(line, name))
      continue
    }
    const found = column.read(value)
    if (found === undefined) {
      const received = column.secret ? undefined : cutValue(value)
      faults.push({ line, code: 'import-value', column: name, received, expected: column.expected })
    } else put(row, column.path, found)
  }
  if (row['username'] === undefined) {
    faults.push({ line, code: 'import-value', column: 'username', expected: 'a user name' })
  }
  return faults.length > 0 ? faults : row
}

export function unknownColumn(line: number, name: string): ImportFault {
  const expected = `one of ${COLUMN_NAMES.join(', ')}`
  return { line, code: 'import-column', column: cutValue(name), expected }
}

/** The names of a path are those of the table above and of attributes, which begin with a letter. */
function put(row: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    row[first] = value
    return
  }
  const inner = (row[first] ?? {}) as Record<string, unknown>
  row[first] = { ...inner }
  put(row[first] as Record<string, unknown>, rest, value)
}
