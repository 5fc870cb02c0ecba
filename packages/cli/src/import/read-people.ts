/** Files of people: CSV with a header (RFC 4180), or JSON lines. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { usernameKey } from '@latchkey/directory/username'
import { type CsvError, type Info, parse } from 'csv-parse'
import { columnOf, type Row, rowOf, unknownColumn } from './import-columns.ts'
import { cutValue, type ImportFault } from './import-fault.ts'

export type Person =
  | { readonly kind: 'row'; readonly row: Row; readonly line: number }
  | { readonly kind: 'faults'; readonly faults: readonly ImportFault[] }

/** A person with everything that a file can say needs far less. */
const MOST_LINE_CHARS = 131_072

/** By the name of the file: `.csv`, everything else is JSON lines. Rejects with the error of the system. */
export async function* readPeople(file: string): AsyncIterable<Person> {
  const lines = file.toLowerCase().endsWith('.csv') ? csvRecords(file) : jsonRecords(file)
  const seen = { username: new Map<string, number>(), external_id: new Map<string, number>() }
  for await (const one of lines) {
    if ('faults' in one) {
      yield { kind: 'faults', faults: one.faults }
      continue
    }
    const row = rowOf(one.line, one.values)
    if (Array.isArray(row)) yield { kind: 'faults', faults: row }
    else {
      const again = repeated(row as Row, one.line, seen)
      if (again) yield { kind: 'faults', faults: [again] }
      else yield { kind: 'row', row: row as Row, line: one.line }
    }
  }
}

type Line =
  | { readonly line: number; readonly values: Readonly<Record<string, unknown>> }
  | { readonly faults: readonly ImportFault[] }

async function* csvRecords(file: string): AsyncIterable<Line> {
  const skipped: ImportFault[] = []
  let header: ImportFault[] = []
  const parser = parse({
    bom: true,
    info: true,
    trim: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MOST_LINE_CHARS,
    columns: (names: string[]) => {
      header = names.flatMap((name) => (columnOf(name) ? [] : [unknownColumn(1, name)]))
      return names
    },
    on_skip: (error: CsvError | undefined) => {
      if (error) skipped.push(csvFault(error))
      return undefined
    },
  })
  const source = createReadStream(file).on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>
    info: Info
  }>) {
    // Once: each line would say the same.
    if (header.length > 0) {
      source.destroy()
      return yield { faults: header }
    }
    if (skipped.length > 0) yield { faults: skipped.splice(0) }
    yield { line: info.lines, values: record }
  }
  if (header.length > 0) yield { faults: header }
  if (skipped.length > 0) yield { faults: skipped }
}

function csvFault({ code, lines }: CsvError & { readonly lines?: number }): ImportFault {
  const expected = 'a record with as many values as the header, quoted as RFC 4180 says'
  return { line: lines ?? 0, code: 'import-csv', received: code.toLowerCase(), expected }
}

async function* jsonRecords(file: string): AsyncIterable<Line> {
  let line = 0
  const input = createReadStream(file, 'utf8')
  const { promise: failed, reject } = Promise.withResolvers<never>()
  failed.catch(() => {})
  input.on('error', reject)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]()
  for (;;) {
    const { done, value: text = '' } = await Promise.race([lines.next(), failed])
    if (done) return
    line += 1
    if (text.trim() === '') continue
    const values = text.length <= MOST_LINE_CHARS ? objectOf(text) : undefined
    if (values) yield { line, values }
    else {
      const expected = `a JSON object on one line of at most ${MOST_LINE_CHARS} characters`
      yield { faults: [{ line, code: 'import-json', received: cutValue(text), expected }] }
    }
  }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The second of two lines about one person: which of them should count? */
function repeated(
  row: Row,
  line: number,
  seen: Readonly<Record<'username' | 'external_id', Map<string, number>>>,
): ImportFault | undefined {
  for (const column of ['username', 'external_id'] as const) {
    const value = row[column]
    if (typeof value !== 'string') continue
    const key = column === 'username' ? (usernameKey(value) ?? value) : value
    const before = seen[column].get(key)
    if (before !== undefined) {
      const expected = `each person once: line ${before} has the same`
      return { line, code: 'import-repeated', column, received: cutValue(value), expected }
    }
    seen[column].set(key, line)
  }
  return undefined
}
