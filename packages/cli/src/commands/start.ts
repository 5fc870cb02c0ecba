import { command } from '../command.ts'
import { START, START_HELP } from '../messages/start.ts'
import { configOption } from '../options.ts'

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
    const { app } = await runIssuer({ env, cwd: terminal.cwd, ...(file !== undefined && { file }) })
    // The log may be set to be silent about good news, and whoever started this by hand waits for a word.
    terminal.stderr.write(`${say(START.started, { address: app.listeningOrigin })}\n`)
    return 'running'
  },
})
