import { type IssuerApi, record } from '../issuer-api.ts'
import type { Row } from './import-columns.ts'
import type { ImportFault } from './import-fault.ts'
import type { Journal } from './import-journal.ts'
import type { Person } from './read-people.ts'

export interface SendOptions {
  readonly api: Pick<IssuerApi, 'send'>
  readonly policy: string
  readonly isDry: boolean
  /** Where an earlier run has stopped. */
  readonly before: Journal
  /** After each batch that the issuer has answered. */
  passed(now: Journal): void
}

/** A transaction of so many holds up nobody for long; the issuer takes up to 500. */
const BATCH = 100
/** Bytes, roughly: the issuer takes 2 MiB. */
const MOST_BATCH_CHARS = 500_000

/** Sends the people behind those that are done, batch by batch, each when the one before is answered. */
export async function sendPeople(
  people: AsyncIterable<Person>,
  { api, policy, isDry, before, passed }: SendOptions,
): Promise<{ readonly counts: Journal; readonly faults: readonly ImportFault[] }> {
  const faults: ImportFault[] = []
  let counts = before
  let batch: Row[] = []
  let chars = 0

  async function flush(): Promise<void> {
    if (batch.length === 0) return
    const body = { on_existing: policy, dry_run: isDry, users: batch }
    const { results } = record(await api.send('POST', '/admin/v1/users/import', body))
    const told = Array.isArray(results) ? results.map(record) : []
    counts = added(counts, told, batch.length)
    for (const one of told) if (one['outcome'] === 'refused') faults.push(faultOf(one))
    batch = []
    chars = 0
    passed(counts)
  }

  let passedOver = 0
  for await (const person of people) {
    if (person.kind !== 'row') continue
    if (passedOver < before.done) {
      passedOver += 1
      continue
    }
    const length = JSON.stringify(person.row).length
    if (batch.length >= BATCH || chars + length > MOST_BATCH_CHARS) await flush()
    batch.push(person.row)
    chars += length
  }
  await flush()
  return { counts, faults }
}

function added(before: Journal, results: readonly Row[], people: number): Journal {
  const more = (outcome: string) => results.filter((one) => one['outcome'] === outcome).length
  return {
    done: before.done + people,
    created: before.created + more('created'),
    updated: before.updated + more('updated'),
    skipped: before.skipped + more('skipped'),
    refused: before.refused + more('refused'),
  }
}

function faultOf(result: Row): ImportFault {
  const { line, code, where, received, expected } = result
  return {
    line: Number(line),
    code: String(code),
    ...(typeof where === 'string' && { column: where }),
    ...(typeof received === 'string' && { received }),
    expected: String(expected ?? ''),
  }
}
