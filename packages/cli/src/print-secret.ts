import type { Context } from './command.ts'
import { localTime } from './local-time.ts'
import { CLIENTS } from './messages/clients.ts'
import type { Row } from './pages.ts'
import { printable } from './text-width.ts'

/** A secret that an answer has, on a line of its own: to be copied, and for nobody to see again. */
export function printSecret(client: string, answer: Row, { say, print }: Context): void {
  const { client_secret: secret, secret_id: id } = answer
  if (typeof secret !== 'string') return
  print(say(CLIENTS.secretShown, { id: String(id), name: printable(client) }))
  print(printable(secret))
}

/** When a secret was made, used and will end. */
export function secretLine(row: Row, { say, terminal }: Context): string {
  const time = (value: unknown, absent: string) =>
    typeof value === 'number' ? localTime(value, terminal) : absent
  const ends = row['expires_at']
  return [
    `${say(CLIENTS.columnSince)} ${time(row['created_at'], '')}`,
    `${say(CLIENTS.columnUsed)} ${time(row['last_used_at'], say(CLIENTS.never))}`,
    ...(ends === undefined ? [] : [`${say(CLIENTS.columnEnds)} ${time(ends, '')}`]),
  ].join(', ')
}
