import { setTimeout as pause } from 'node:timers/promises'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { KEYS, KEYS_FAULTS, KEYS_HELP } from '../messages/keys.ts'
import { waitOption } from '../options.ts'
import { COLUMNS, cut, padTo, printable, wrap } from '../text-width.ts'

const PATH = '/admin/v1/keys'
const LOOK_EVERY_MS = 300

export const keysList = command({
  name: 'keys list',
  help: KEYS_HELP.list,
  examples: ['latchkey keys list', 'latchkey keys list --json'],
  run: async (context) => {
    const keys = await readKeys(context)
    if (context.common.json) return context.printJson({ keys })
    const { say, print } = context
    print(
      line([
        say(KEYS.columnKey),
        say(KEYS.columnAlg),
        say(KEYS.columnState),
        say(KEYS.columnSince),
      ]),
    )
    for (const key of keys) for (const text of keyLines(key, context)) print(text)
  },
})

export const keysRotate = command({
  name: 'keys rotate',
  help: KEYS_HELP.rotate,
  arguments: ['SERVICE|ALG'],
  options: { wait: waitOption },
  examples: [
    'latchkey keys rotate https://orders.example --wait',
    'latchkey keys rotate RS256 --json',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [about] = context.arguments
    const body = about.includes(':') ? { service: about } : { alg: about }
    const answer = record(await apiOf(context).send('POST', `${PATH}/rotate`, body))
    const kid = printable(String(answer['kid']))
    const prepared = say(answer['started'] === true ? KEYS.prepared : KEYS.waits, { kid })
    if (!common.json) for (const line of wrap(prepared, COLUMNS)) print(line)
    if (options.wait) await untilItSigns(kid, context)
    if (common.json) printJson(answer)
    else if (options.wait) print(say(KEYS.signs, { kid }))
  },
})

export const keysRetire = command({
  name: 'keys retire',
  help: KEYS_HELP.retire,
  arguments: ['KEY'],
  examples: ['latchkey keys retire orders.example.hJ3Kq0ZtLmPw.4'],
  run: async (context) => {
    const { common, say, print, printJson, terminal } = context
    const [kid] = context.arguments
    const answer = record(await apiOf(context).send('POST', `${PATH}/retire`, { kid }))
    if (common.json) return printJson(answer)
    const closedBySeconds = Date.parse(String(answer['closed_by'])) / 1000
    // Rounded up: after the second that is shown it holds.
    const time = localTime(Math.ceil(closedBySeconds), terminal, true)
    const retired = say(KEYS.retired, { kid: printable(kid), time })
    for (const line of wrap(retired, COLUMNS)) print(line)
  },
})

type KeyRow = Readonly<Record<string, unknown>>

function apiOf(context: Context) {
  return issuerApi(requireTarget(context), context)
}

/** With a token of its own each time: a rotation may take longer than one lives. */
async function readKeys(context: Context): Promise<readonly KeyRow[]> {
  const { keys } = record(await apiOf(context).get(PATH))
  return rows(keys)
}

/** Says who has not confirmed yet, whenever that changes. Fails when the key goes before it signs. */
async function untilItSigns(kid: string, context: Context): Promise<void> {
  const { terminal, common, say } = context
  for (let shown = ''; ; ) {
    const key = (await readKeys(context)).find((one) => one['kid'] === kid)
    if (key?.['state'] === 'active') return
    if (key?.['state'] !== 'pending') throw new CliError(KEYS_FAULTS.gone, { kid })
    const waiting = rows(key['waits_for'])
    const lines = waiting.length === 0 ? [say(KEYS.confirmed)] : waiting.map(waitingLine(context))
    const text = lines.join('\n')
    if (text !== shown && !common.json) terminal.stderr.write(`${text}\n`)
    shown = text
    await pause(LOOK_EVERY_MS)
  }
}

function keyLines(key: KeyRow, context: Context): string[] {
  const { kid, alg, state, since, services, waits_for } = key
  const about = Array.isArray(services) ? printable(services.join(' ')) : ''
  const cells = [String(kid), String(alg), String(state)].map(printable)
  return [
    line([...cells, localTime(Number(since), context.terminal)]),
    ...(about === '' ? [] : [cut(`    ${about}`, COLUMNS)]),
    ...rows(waits_for).map(waitingLine(context)),
  ]
}

const waitingLine =
  ({ say }: Context) =>
  (row: KeyRow): string => {
    const { client, instance, service } = row
    const text = row['connected'] === true ? KEYS.notConfirmed : KEYS.notConfirmedGone
    const params = { client: String(client), instance: String(instance), service: String(service) }
    return `    ${printable(say(text, params))}`
  }

/** Columns of the table; the first one fits every kid that a service can have. */
const WIDTHS = [41, 5, 8] as const

function line(cells: readonly string[]): string {
  return cells
    .map((cell, index) => padTo(cell, WIDTHS[index] ?? 0))
    .join('  ')
    .trimEnd()
}

function rows(value: unknown): readonly KeyRow[] {
  return Array.isArray(value) ? value.map(record) : []
}
