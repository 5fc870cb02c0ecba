import { CliError } from './cli-error.ts'
import { SESSIONS_FAULTS } from './messages/sessions.ts'
import { printable } from './text-width.ts'

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/

/** Seconds since 1970; without a zone it is the time of this machine. */
export function readTime(text: string): number {
  const [, day, clock = '00:00', zone = ''] = TIME.exec(text) ?? []
  const seconds = Date.parse(`${day}T${clock}${zone}`) / 1000
  if (Number.isInteger(seconds) && seconds > 0) return seconds
  throw new CliError(SESSIONS_FAULTS.notATime, { text: printable(text) })
}
