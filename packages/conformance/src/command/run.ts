import { readFileSync } from 'node:fs'
import { connectIssuer, type Issuer, IssuerUnusable } from '../issuer/issuer.ts'
import { moduleResults } from '../modules/module-results.ts'
import { MODULES } from '../modules/modules.ts'
import type { Rule } from '../rule/rule.ts'
import { runRules } from '../rule/run-rules.ts'
import { SettingsFault } from '../settings/field-reader.ts'
import { readSettings } from '../settings/read-settings.ts'
import { SUITES } from '../suites/suites.ts'
import { EXIT } from './exit-codes.ts'
import { fold } from './fold.ts'
import { jsonReport } from './json-report.ts'
import { type Say, sayIn } from './messages/messages.ts'
import { type Arguments, parseArguments } from './parse-arguments.ts'
import { resultLines, summaryLines } from './text-report.ts'

/** What the command has of the world. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

/** Runs one command line and gives the exit code. Results go to standard output, everything else to standard error. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const say = sayIn(terminal.env)
  const asked = parseArguments(argv)
  switch (asked.kind) {
    case 'help':
      terminal.stdout.write(say('help'))
      return EXIT.ok
    case 'version':
      terminal.stdout.write(`${version()}\n`)
      return EXIT.ok
    case 'list':
      terminal.stdout.write(ruleList())
      return EXIT.ok
    case 'fault':
      return complain(terminal, say(asked.fault, { value: asked.value }), EXIT.usage)
    case 'run':
      return await test(asked, terminal, say)
  }
}

function complain({ stderr }: Terminal, text: string, exit: number): number {
  for (const line of text.split('\n')) stderr.write(`${fold(line, 2).join('\n')}\n`)
  return exit
}

/** The same from src and from dist. */
function version(): string {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version
}

function ruleList(): string {
  const blocks = SUITES.map(({ title, rules }) => {
    const rows = rules.flatMap((rule) =>
      fold(`  ${rule.id} (${rule.level}, ${rule.spec}) ${rule.title}`, 4),
    )
    return [title, ...rows].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}

async function test(
  asked: Arguments & { kind: 'run' },
  terminal: Terminal,
  say: Say,
): Promise<number> {
  const rules = chosenRules(asked.only)
  if (rules.length === 0) {
    return complain(terminal, say('noRules', { value: asked.only.join(', ') }), EXIT.usage)
  }
  try {
    const settings = readSettings(readFile(asked.config, say))
    const issuer = await connectIssuer(settings)
    try {
      return await testRules(rules, issuer, asked, terminal, say)
    } finally {
      await issuer.close()
    }
  } catch (error) {
    if (error instanceof IssuerUnusable) return complain(terminal, error.message, EXIT.unusable)
    if (error instanceof FileUnreadable) return complain(terminal, error.message, EXIT.usage)
    if (!(error instanceof SettingsFault)) throw error
    const head = say('settingsFault', { value: asked.config })
    return complain(terminal, [head, ...error.faults].join('\n'), EXIT.usage)
  }
}

function chosenRules(only: readonly string[]): Rule[] {
  const all = SUITES.flatMap(({ rules }) => rules)
  if (only.length === 0) return all
  return all.filter(({ id }) => only.some((one) => id === one || id.startsWith(`${one}.`)))
}

class FileUnreadable extends Error {}

function readFile(file: string, say: Say): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
    throw new FileUnreadable(say('fileUnreadable', { value: file, reason }), { cause })
  }
}

async function testRules(
  rules: readonly Rule[],
  issuer: Issuer,
  { isJson, isVerbose }: Arguments & { kind: 'run' },
  { stdout, stderr }: Terminal,
  say: Say,
): Promise<number> {
  let done = 0
  const results = await runRules(rules, issuer, (result) => {
    done += 1
    const lines = resultLines(result, isVerbose, say)
    if (!isJson) for (const line of lines) stdout.write(`${line}\n`)
    // A run takes seconds to minutes; a line now and then shows that it goes on.
    if (done % 50 === 0) stderr.write(`${done}/${rules.length}\n`)
  })
  const modules = moduleResults(MODULES, results)
  const report = isJson
    ? [JSON.stringify(jsonReport(issuer.settings.issuer, results, modules), null, 2)]
    : summaryLines(results, modules, isVerbose, say)
  stdout.write(`${report.join('\n')}\n`)
  return results.some(({ outcome }) => outcome.kind === 'failed') ? EXIT.broken : EXIT.ok
}
