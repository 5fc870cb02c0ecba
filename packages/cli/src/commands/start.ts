import { command } from '../command.ts'
import { START, START_HELP } from '../messages/start.ts'
import type { Say } from '../messages/text.ts'
import { configOption } from '../options.ts'
import { COLUMNS, wrap } from '../text-width.ts'

export const start = command({
  name: 'start',
  help: START_HELP.run,
  options: { config: configOption },
  examples: ['latchkey start', 'latchkey start --config /etc/latchkey/latchkey.yaml'],
  run: async ({ options, common, terminal, say }) => {
    // Only this command needs the whole issuer; the others start faster without it.
    const { runIssuer } = await import('@latchkey/issuer')
    const { config: file } = options
    const folder = common['data-dir']
    const env = folder === undefined ? terminal.env : { ...terminal.env, LATCHKEY_DATA_DIR: folder }
    const place = { env, cwd: terminal.cwd, ...(file !== undefined && { file }) }
    const { issuer, address } = await runIssuer(place)
    // The log may be set to be silent about good news, and whoever started this by hand waits for a word.
    for (const line of startedLines({ issuer, address }, say)) terminal.stderr.write(`${line}\n`)
    return 'running'
  },
})

/** First the address that people open; the one that it listens at only where it is another. */
export function startedLines(place: { issuer: string; address: string }, say: Say): string[] {
  const isSame = new URL(place.issuer).origin === new URL(place.address).origin
  return wrap(say(isSame ? START.started : START.startedElsewhere, place), COLUMNS)
}
