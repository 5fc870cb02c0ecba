import type { Terminal } from './command.ts'

/** `2026-11-23 04:53`, in the time zone of the terminal. `withSeconds` adds them. */
export function localTime(
  seconds: number,
  terminal: Pick<Terminal, 'timeZone'>,
  withSeconds = false,
): string {
  // Swedish writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', {
    dateStyle: 'short',
    timeStyle: withSeconds ? 'medium' : 'short',
    timeZone: terminal.timeZone,
  })
  return Number.isFinite(seconds) ? format.format(new Date(seconds * 1000)) : '?'
}
