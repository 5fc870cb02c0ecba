import type { Audit } from '@latchkey/directory'

/** Read at once: one answer of the database, and what a slow reader keeps in memory. */
const PAGE_LINES = 500

export interface ExportRange {
  /** Record behind which it begins; 0: from the oldest. */
  readonly after: number
  /** The last record: what is appended while somebody reads is not part of it. */
  readonly through: number
  /** Seconds. */
  readonly since?: number
  readonly until?: number
}

/** The lines of an export, page by page as they are asked for: nothing is read ahead of a slow reader. */
export async function* auditLines(
  audit: Pick<Audit, 'lines'>,
  { after, through, ...range }: ExportRange,
): AsyncIterable<string> {
  for (let last = after; last < through; ) {
    const lines = await audit.lines({ ...range, after: last, limit: PAGE_LINES })
    const wanted = lines.filter(({ id }) => id <= through)
    if (wanted.length > 0) yield wanted.map(({ line }) => `${line}\n`).join('')
    if (lines.length < PAGE_LINES) return
    last = lines.at(-1)?.id ?? through
  }
}
