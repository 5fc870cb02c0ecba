/** The settings cannot be used; each line names a place in the file, what stands there, and what should. */
export class SettingsFault extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'SettingsFault'
    this.faults = faults
  }
}

interface Readers {
  string(key: string): string | undefined
  /** An http or https URL. */
  url(key: string): string | undefined
}

/** One object of the file. Reads by name, notes every fault, and knows at the end what nobody has asked for. */
export interface Fields extends Readers {
  readonly optional: Readers & {
    integer(key: string): number | undefined
    strings(key: string): readonly string[] | undefined
    objects(key: string): readonly Readonly<Record<string, unknown>>[] | undefined
    choice<T extends string>(key: string, choices: readonly T[]): T | undefined
  }
  /** A required object, or the fallback. */
  group(key: string, fallback?: object): Fields
  /** An optional object, read by `read`. */
  map<T>(key: string, read: (fields: Fields) => T): T | undefined
  /** A member to spread, left out when it is undefined. */
  given<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T }
  fault(key: string, expected: string): void
  refuseUnknown(): void
}

export function fieldReader(value: unknown, path: string, faults: string[]): Fields {
  const members = isObject(value) ? value : {}
  const asked = new Set<string>()
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  const fault = (key: string, expected: string) => {
    const found = members[key]
    const received = found === undefined ? 'missing' : `is ${typeof found}`
    faults.push(`${at(key)}: ${received}, expected ${expected}`)
  }
  if (!isObject(value)) faults.push(`${path || 'the file'}: expected an object`)

  function read<T>(expected: string, fits: (found: unknown) => found is T, isRequired = false) {
    return (key: string): T | undefined => {
      asked.add(key)
      const found = members[key]
      if (found === undefined && !isRequired) return undefined
      if (fits(found)) return found
      fault(key, expected)
      return undefined
    }
  }

  return {
    string: read('a text', isText, true),
    url: read('an http or https URL', isUrl, true),
    optional: {
      string: read('a text', isText),
      url: read('an http or https URL', isUrl),
      integer: read('a whole number from 1', isCount),
      strings: read('a list of texts', (found) => isList(found, isText)),
      objects: read('a list of objects', (found) => isList(found, isObject)),
      choice: (key, choices) =>
        read(`one of ${choices.join(', ')}`, (found) => isOneOf(found, choices))(key),
    },
    group: (key, fallback) => {
      asked.add(key)
      return fieldReader(members[key] ?? fallback, at(key), faults)
    },
    map: (key, use) => {
      asked.add(key)
      return members[key] === undefined
        ? undefined
        : use(fieldReader(members[key], at(key), faults))
    },
    given: <K extends string, T>(name: K, found: T | undefined) =>
      (found === undefined ? {} : { [name]: found }) as { [P in K]?: T },
    fault,
    refuseUnknown: () => {
      for (const key of Object.keys(members)) {
        if (!asked.has(key)) faults.push(`${at(key)}: unknown`)
      }
    },
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isUrl(value: unknown): value is string {
  return isText(value) && /^https?:$/.test(URL.parse(value)?.protocol ?? '')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1
}

function isList<T>(value: unknown, fits: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && value.every(fits)
}

function isOneOf<T extends string>(value: unknown, choices: readonly T[]): value is T {
  return (choices as readonly unknown[]).includes(value)
}
