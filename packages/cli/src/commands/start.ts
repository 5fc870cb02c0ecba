import type { Command } from '../command.ts'

export const start: Command = {
  name: 'start',
  options: ['config'],
  examples: ['latchkey start', 'latchkey start --config /etc/latchkey/latchkey.yaml'],
  run: async ({ input, terminal, say }) => {
    // Only this command needs the whole issuer; the others start faster without it.
    const { runIssuer } = await import('@latchkey/issuer')
    const { config: file } = input.values
    const folder = input.values['data-dir']
    const env = folder === undefined ? terminal.env : { ...terminal.env, LATCHKEY_DATA_DIR: folder }
    const { app } = await runIssuer({ env, cwd: terminal.cwd, ...(file !== undefined && { file }) })
    // The log may be set to be silent about good news, and whoever started this by hand waits for a word.
    terminal.stderr.write(`${say('started', { address: app.listeningOrigin })}\n`)
  },
}
