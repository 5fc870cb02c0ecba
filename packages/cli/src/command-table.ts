import { GROUPS } from './commands/commands.ts'
import { sayIn } from './messages/text.ts'

/** Every command as a row of Markdown, for docs/operate/command-line.md. */
export function commandTable(): string {
  const say = sayIn({})
  const rows = GROUPS.flatMap(({ commands }) =>
    commands.map(({ name, arguments: names, help }) => {
      const line = ['latchkey', name, ...names].join(' ')
      return `| \`${line.replaceAll('|', '\\|')}\` | ${say(help.summary)} |`
    }),
  )
  return ['| command | what it does |', '| --- | --- |', ...rows, ''].join('\n')
}
