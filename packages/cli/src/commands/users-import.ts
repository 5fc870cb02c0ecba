import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import type { ImportFault } from '../import/import-fault.ts'
import { type Journal, journalFile, NOTHING_DONE } from '../import/import-journal.ts'
import { readPeople } from '../import/read-people.ts'
import { sendPeople } from '../import/send-people.ts'
import { issuerApi } from '../issuer-api.ts'
import { IMPORT, IMPORT_FAULTS, IMPORT_HELP } from '../messages/users-import.ts'
import { progressLine } from '../progress-line.ts'
import { COLUMNS, printable, wrap } from '../text-width.ts'

/** More would scroll out of sight, and most of them have the same cause. */
const MOST_SHOWN = 100

export const usersImport = command({
  name: 'users import',
  help: IMPORT_HELP,
  arguments: ['FILE'],
  options: {
    'dry-run': {
      text: {
        en: 'says what would happen, and does nothing',
        zh: '只说明会发生什么，不做任何更改',
      },
    },
    'on-existing': {
      value: 'POLICY',
      choices: ['skip', 'update', 'fail'],
      text: {
        en: 'who is there already: skip, update or fail (skip)',
        zh: '对已存在的人：skip、update 或 fail（默认 skip）',
      },
    },
  },
  examples: [
    'latchkey users import people.csv --dry-run',
    'latchkey users import people.jsonl --on-existing update',
  ],
  run: async (context) => {
    const [file] = context.arguments
    const { 'on-existing': policy = 'skip', 'dry-run': isDry } = context.options
    const target = requireTarget(context)
    const journal = await journalFile(file, `${target.issuer} ${policy}`).catch((cause) =>
      unreadable(file, cause),
    )
    const total = await checkFile(file, context)
    const before = isDry ? NOTHING_DONE : journal.read()
    const { say, print, common } = context
    if (before.done > 0 && !common.json) print(say(IMPORT.resumed, { done: before.done, total }))
    const progress = progressLine(context)
    const { counts, faults } = await sendPeople(readPeople(file), {
      ...{ api: issuerApi(target, context), policy, isDry, before },
      passed: (now: Journal) => {
        if (!isDry) journal.write(now)
        progress.show(now.done, total, before.done)
      },
    })
    progress.clear()
    if (!isDry) journal.remove()
    report({ counts, faults, isDry }, context)
    return counts.refused > 0 ? 'failed' : 'ok'
  },
})

/** A file with faults is refused before anything is sent: all of them are told, not the first. */
async function checkFile(file: string, context: Context): Promise<number> {
  const faults: ImportFault[] = []
  let people = 0
  try {
    for await (const person of readPeople(file)) {
      if (person.kind === 'faults') faults.push(...person.faults)
      else people += 1
    }
  } catch (cause) {
    unreadable(file, cause)
  }
  if (faults.length === 0) return people
  // The parser is ahead of the lines that it gives.
  faults.sort((a, b) => a.line - b.line)
  if (context.common.json) context.printJson({ faults: faults.slice(0, MOST_SHOWN) })
  else show(faults, context)
  throw new CliError(IMPORT_FAULTS.file, { count: faults.length })
}

function report(
  { counts, faults, isDry }: { counts: Journal; faults: readonly ImportFault[]; isDry: boolean },
  context: Context,
): void {
  const { common, say, print, printJson } = context
  const { done: _, ...told } = counts
  if (common.json) {
    printJson({ dry_run: isDry, ...told, faults: faults.slice(0, MOST_SHOWN) })
    return
  }
  show(faults, context)
  print(say(isDry ? IMPORT.would : IMPORT.did, told))
}

function show(faults: readonly ImportFault[], { say, print }: Context): void {
  for (const { line, column, code, received, expected } of faults.slice(0, MOST_SHOWN)) {
    const place = column === undefined ? '' : `, ${column}`
    const facts = { line, place, code, expected, received: received ?? '' }
    const text = say(received === undefined ? IMPORT.fault : IMPORT.faultReceived, facts)
    for (const part of wrap(printable(text), COLUMNS)) print(part)
  }
  const more = faults.length - MOST_SHOWN
  if (more > 0) print(say(IMPORT.more, { count: more }))
}

function unreadable(file: string, cause: unknown): never {
  const { code = 'unreadable' } = cause as NodeJS.ErrnoException
  throw new CliError(IMPORT_FAULTS.unreadable, { file: printable(file), why: code })
}
