import type { Command, CommandGroup, Options } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { HELP } from './messages/help.ts'
import type { Say, Text } from './messages/text.ts'
import { COMMON_OPTIONS } from './parse-command-line.ts'
import { COLUMNS, definition, widthOf, wrap } from './text-width.ts'

/** Help for everything (''), for what begins with some words (`sessions`) or for one command. */
export function helpText(topic: string, groups: readonly CommandGroup[], say: Say): string {
  const commands = groups.flatMap((group) => group.commands)
  const command = commands.find(({ name }) => name === topic)
  if (command !== undefined) return commandHelp(command, say)
  return topic === '' ? overview(groups, say) : groupHelp(topic, commands, say)
}

/** Commands of their own have a line each, groups one line with their verbs. */
function overview(groups: readonly CommandGroup[], say: Say): string {
  const sectionLines = groups.flatMap(({ name, title, commands }) =>
    name === '' ? summaryLines(commands, say) : [groupLine(name, title, commands, say)],
  )
  const first = groups.flatMap(({ commands }) => commands[0]?.examples[0] ?? [])
  return sections([
    [say(HELP.about)],
    [`${say(HELP.usage)} latchkey COMMAND [OPTIONS]`],
    [say(HELP.commands), ...sectionLines],
    [
      say(HELP.options),
      ...optionLines({}, say),
      definition('-V, --version', say(HELP.version), 2, 22),
    ],
    [say(HELP.examples), ...first.flatMap(exampleLines)],
    wrap(say(HELP.credentials), COLUMNS),
    exitLines(say),
    [say(HELP.more)],
  ])
}

function groupLine(name: string, title: Text, commands: readonly Command[], say: Say): string {
  const verbs = commands.map((one) => one.name.slice(name.length + 1)).join(', ')
  return definition(name, `${say(title)}: ${verbs}`, 2, 16)
}

function groupHelp(group: string, commands: readonly Command[], say: Say): string {
  const shown = commands.filter(({ name }) => name.startsWith(`${group} `))
  return sections([
    [`${say(HELP.usage)} latchkey ${group} COMMAND [OPTIONS]`],
    [say(HELP.commands), ...summaryLines(shown, say)],
    [say(HELP.options), ...optionLines({}, say)],
    [
      say(HELP.examples),
      ...shown.flatMap(({ examples }) => examples.slice(0, 1).flatMap(exampleLines)),
    ],
    [say(HELP.more)],
  ])
}

function summaryLines(commands: readonly Command[], say: Say): string[] {
  return commands.map(({ name, help }) => definition(name, say(help.summary), 2, 16))
}

function commandHelp(command: Command, say: Say): string {
  const words = ['latchkey', command.name, ...command.arguments, '[OPTIONS]']
  return sections([
    [`${say(HELP.usage)} ${words.join(' ')}`],
    wrap(say(command.help.text), COLUMNS),
    [say(HELP.options), ...optionLines(command.options, say)],
    [say(HELP.examples), ...command.examples.flatMap(exampleLines)],
    exitLines(say),
  ])
}

function optionLines(options: Options, say: Say): string[] {
  const all: Options = { ...options, ...COMMON_OPTIONS }
  return Object.entries(all).map(([name, option]) => {
    const value = option.value === undefined ? '' : ` ${option.value}`
    const shown = `${name === 'help' ? '-h, ' : ''}--${name}${value}`
    const choices = option.choices === undefined ? '' : ` (${option.choices.join(', ')})`
    return definition(shown, `${say(option.text)}${choices}`, 2, 22)
  })
}

const EXIT_TEXTS: Readonly<Record<keyof typeof EXIT, Text>> = {
  ok: HELP.exitOk,
  failed: HELP.exitFailed,
  usage: HELP.exitUsage,
  unavailable: HELP.exitUnavailable,
  denied: HELP.exitDenied,
  different: HELP.exitDifferent,
}

function exitLines(say: Say): string[] {
  const rows = Object.entries(EXIT_TEXTS) as [keyof typeof EXIT, Text][]
  return [
    say(HELP.exitCodes),
    ...rows.map(([exit, text]) => definition(String(EXIT[exit]), say(text), 2, 1)),
  ]
}

/** Continued behind a backslash before an option, as a shell takes it, where it is too long. */
export function exampleLines(example: string): string[] {
  const lines: string[] = []
  let line = ' '
  for (const part of example.split(/ (?=--)/)) {
    if (widthOf(`${line} ${part}`) > COLUMNS - 2) {
      lines.push(`${line} \\`)
      line = '     '
    }
    line = `${line} ${part}`
  }
  return [...lines, line]
}

function sections(parts: readonly (readonly string[])[]): string {
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}
