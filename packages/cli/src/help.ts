import { type Command, OPTION_VALUES } from './command.ts'
import { EXIT } from './exit-codes.ts'
import type { MessageKey, Say } from './messages/messages.ts'
import { COMMON_OPTIONS } from './parse-command-line.ts'
import { COLUMNS, definition, wrap } from './text-width.ts'

/** Help for everything (''), for a group of commands (`sessions`) or for one command. */
export function helpText(topic: string, commands: readonly Command[], say: Say): string {
  const command = commands.find(({ name }) => name === topic)
  return command === undefined ? overview(topic, commands, say) : commandHelp(command, say)
}

function overview(group: string, commands: readonly Command[], say: Say): string {
  const shown = commands.filter(({ name }) => group === '' || name.startsWith(`${group} `))
  const lines = shown.map((command) =>
    definition(command.name, say(`${command.name}.summary`), 2, 16),
  )
  const usage = group === '' ? 'latchkey COMMAND [OPTIONS]' : `latchkey ${group} COMMAND [OPTIONS]`
  return sections([
    group === '' ? [say('about')] : [],
    [`${say('usage')} ${usage}`],
    [say('commands'), ...lines],
    [
      say('options'),
      ...optionLines({ options: group === '' ? ['help'] : [] }, say),
      ...versionLine(group, say),
    ],
    [say('examples'), ...shown.flatMap(({ examples }) => examples.slice(0, 1).map(indent))],
    group === '' ? wrap(say('credentials'), COLUMNS) : [],
    group === '' ? exitLines(say) : [],
    [say('more')],
  ])
}

function versionLine(group: string, say: Say): string[] {
  return group === '' ? [definition('-V, --version', say('option.version'), 2, 22)] : []
}

function commandHelp(command: Command, say: Say): string {
  const argument = command.argument === undefined ? '' : ` ${command.argument}`
  return sections([
    [`${say('usage')} latchkey ${command.name}${argument} [OPTIONS]`],
    wrap(say(`${command.name}.text`), COLUMNS),
    [say('options'), ...optionLines(command, say)],
    [say('examples'), ...command.examples.map(indent)],
    exitLines(say),
  ])
}

function optionLines(
  { options, optionTexts }: Pick<Command, 'options' | 'optionTexts'>,
  say: Say,
): string[] {
  return [...new Set([...options, ...COMMON_OPTIONS])].map((name) => {
    const value = OPTION_VALUES[name]
    const shown = `${name === 'help' ? '-h, ' : ''}--${name}${value === undefined ? '' : ` ${value}`}`
    return definition(shown, say(optionTexts?.[name] ?? `option.${name}`), 2, 22)
  })
}

const EXIT_TEXTS: Readonly<Record<keyof typeof EXIT, MessageKey>> = {
  ok: 'exitOk',
  failed: 'exitFailed',
  usage: 'exitUsage',
  unavailable: 'exitUnavailable',
  denied: 'exitDenied',
}

function exitLines(say: Say): string[] {
  const rows = Object.entries(EXIT_TEXTS) as [keyof typeof EXIT, MessageKey][]
  return [
    say('exitCodes'),
    ...rows.map(([exit, key]) => definition(String(EXIT[exit]), say(key), 2, 1)),
  ]
}

function indent(line: string): string {
  return `  ${line}`
}

function sections(parts: readonly (readonly string[])[]): string {
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}
