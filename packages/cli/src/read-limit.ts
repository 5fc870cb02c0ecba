import { CliError } from './cli-error.ts'
import { PAGES_FAULTS } from './messages/pages.ts'

/** The number of `--limit`; undefined: all. Throws CliError. */
export function readLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new CliError(PAGES_FAULTS.notACount, { received: text })
}
