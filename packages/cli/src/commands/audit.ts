import { createWriteStream, rmSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { askYes } from '../ask-yes.ts'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { type IssuerApi, issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { AUDIT, AUDIT_FAULTS, AUDIT_HELP } from '../messages/audit.ts'
import { yesOption } from '../options.ts'
import { readTime } from '../read-time.ts'
import { COLUMNS, cut, padTo, printable } from '../text-width.ts'

const PATH = '/admin/v1/audit'

const sinceOption = {
  value: 'TIME',
  text: {
    en: 'not older: 2026-11-23, or with a time and a zone',
    zh: '不早于：2026-11-23，可加时间和时区',
  },
} as const
const filter = (en: string, zh: string) => ({ value: 'TEXT', text: { en, zh } }) as const

export const auditList = command({
  name: 'audit list',
  help: AUDIT_HELP.list,
  options: {
    action: filter('only this action: user.create', '只列出此操作：user.create'),
    actor: filter('only what this id has done: u_…, svc:…', '只列出此编号所做的：u_…、svc:…'),
    target: filter('only about this: "user u_…"', '只列出有关此对象的：“user u_…”'),
    since: sinceOption,
    limit: { value: 'NUMBER', text: { en: 'how many, 1 to 500 (50)', zh: '条数，1 到 500（50）' } },
  },
  examples: ['latchkey audit list --action end', 'latchkey audit list --since 2026-11-23 --json'],
  run: async (context) => {
    const { action, actor, target, since, limit = '50' } = context.options
    const query = new URLSearchParams({ limit })
    for (const [name, value] of Object.entries({ action, actor, target })) {
      if (value !== undefined) query.set(name, value)
    }
    if (since !== undefined) query.set('since', String(readTime(since)))
    const { records } = record(await apiOf(context).get(`${PATH}?${query}`))
    const rows = Array.isArray(records) ? records.map(record) : []
    if (context.common.json) return context.printJson({ records: rows })
    if (rows.length === 0) return context.print(context.say(AUDIT.none))
    const { say, print } = context
    print(
      line(
        [AUDIT.columnTime, AUDIT.columnAction, AUDIT.columnActor, AUDIT.columnTarget].map((text) =>
          say(text),
        ),
      ),
    )
    for (const row of rows) print(rowLine(row, context))
  },
})

export const auditExport = command({
  name: 'audit export',
  help: AUDIT_HELP.export,
  arguments: ['[FILE]'],
  options: {
    since: sinceOption,
    until: { value: 'TIME', text: { en: 'not younger', zh: '不晚于' } },
  },
  examples: [
    'latchkey audit export audit.jsonl',
    'latchkey audit export --since 2026-11-01 | gzip > november.gz',
  ],
  run: async (context) => {
    const { since, until } = context.options
    const query = new URLSearchParams()
    if (since !== undefined) query.set('since', String(readTime(since)))
    if (until !== undefined) query.set('until', String(readTime(until)))
    const [file] = context.arguments
    const api = apiOf(context)
    if (file === undefined) {
      const { stdout } = context.terminal
      const decoder = new TextDecoder()
      return await api.pour(`${PATH}/export?${query}`, async (chunk) => {
        stdout.write(decoder.decode(chunk, { stream: true }))
      })
    }
    const count = await exportTo(file, (sink) => api.pour(`${PATH}/export?${query}`, sink))
    context.print(context.say(AUDIT.exported, { count, file: printable(file) }))
  },
})

/** For its owner only, and never over another file. Gives the number of lines. */
async function exportTo(
  file: string,
  pour: (sink: (chunk: Buffer) => Promise<void>) => Promise<void>,
): Promise<number> {
  const output = createWriteStream(file, { flags: 'wx', mode: 0o600 })
  await opened(output).catch((cause: unknown) => refuseFile(file, cause))
  let lines = 0
  try {
    await pour(async (chunk) => {
      for (const byte of chunk) if (byte === 0x0a) lines += 1
      await new Promise<void>((resolve, reject) => {
        output.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
    })
    await new Promise<void>((resolve) => output.end(resolve))
    return lines
  } catch (cause) {
    // Half an export would look like a log that was cut off.
    output.destroy()
    rmSync(file, { force: true })
    if (cause instanceof CliError) throw cause
    return refuseFile(file, cause)
  }
}

function refuseFile(file: string, cause: unknown): never {
  const { code = 'unwritable' } = cause as NodeJS.ErrnoException
  throw new CliError(AUDIT_FAULTS.file, { file: printable(file), why: code })
}

function opened(output: Writable): Promise<void> {
  return new Promise((resolve, reject) =>
    output.once('open', () => resolve()).once('error', reject),
  )
}

export const auditHead = command({
  name: 'audit head',
  help: AUDIT_HELP.head,
  examples: ['latchkey audit head', 'latchkey audit head | ssh vault "cat >> heads"'],
  run: async (context) => {
    const { id, digest } = record(await apiOf(context).get(`${PATH}/head`))
    if (context.common.json) context.printJson({ id, digest })
    else context.print(`${String(id)}.${String(digest)}`)
  },
})

export const auditPrune = command({
  name: 'audit prune',
  help: AUDIT_HELP.prune,
  options: {
    before: {
      ...sinceOption,
      required: true,
      text: { en: 'the first day that stays', zh: '保留的第一天' },
    },
    yes: yesOption,
  },
  examples: ['latchkey audit prune --before 2026-01-01'],
  run: async (context) => {
    const before = readTime(context.options.before)
    const { say, print, printJson, terminal } = context
    const time = localTime(before, terminal)
    if (!context.options.yes) await askYes(say(AUDIT.askPrune, { time }), context)
    const api = apiOf(context)
    let count = 0
    for (let removed = 1; removed > 0; count += removed) {
      removed = Number(record(await api.send('POST', `${PATH}/prune`, { before }))['removed'])
    }
    if (context.common.json) printJson({ removed: count })
    else print(say(AUDIT.pruned, { count }))
  },
})

export function apiOf(context: Context): IssuerApi {
  return issuerApi(requireTarget(context), context)
}

const WIDTHS = [16, 20, 26] as const

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, index) => {
    const width = WIDTHS[index]
    return width === undefined ? cell : padTo(cut(cell, width), width)
  })
  return cut(padded.join('  ').trimEnd(), COLUMNS)
}

function rowLine(row: Readonly<Record<string, unknown>>, { terminal }: Context): string {
  const { sub } = record(row['actor'])
  const cells = [row['action'], sub, row['target']].map((text) => printable(String(text)))
  return line([localTime(Number(row['at']), terminal), ...cells])
}
