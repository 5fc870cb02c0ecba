import { CliError } from './cli-error.ts'
import { type IssuerApi, record } from './issuer-api.ts'
import type { Row } from './pages.ts'

/** As often may somebody else change it in between. */
const MOST_TRIES = 4

/**
 * Reads something, changes it, and sends the change for exactly what was read (RFC 9110 section 13.1.1), so that nobody's change in
 * between is undone. Gives the answer; undefined when there is nothing to change.
 */
export async function changeRecord(
  api: IssuerApi,
  path: string,
  change: (before: Row) => Row | undefined,
  method: 'PATCH' | 'PUT' = 'PATCH',
): Promise<Row | undefined> {
  for (let tries = 1; ; tries++) {
    const { body, etag } = await api.read(path)
    const changed = change(record(body))
    if (changed === undefined) return undefined
    try {
      return record(await api.send(method, path, changed, { ifMatch: etag }))
    } catch (error) {
      const isLate = error instanceof CliError && error.params['code'] === 'precondition-failed'
      if (!isLate || tries === MOST_TRIES) throw error
    }
  }
}
