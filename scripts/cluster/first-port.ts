import { InputError } from '@latchkey/protocol'

const DEFAULT_PORT = 4000

/** `LATCHKEY_PORT`: the first of four ports in a row. */
export function firstPort(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_532) return port
  throw new InputError('port', {
    where: 'LATCHKEY_PORT',
    received: text.slice(0, 20),
    expected: 'a number from 1 to 65532',
  })
}
