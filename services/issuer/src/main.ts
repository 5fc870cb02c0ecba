/** The issuer as a program: `node main.ts [settings file]`. The `latchkey start` command does the same. */
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

// Before anything else is loaded: the next start is a third quicker. Not in the folder for temporary files, where somebody
// else could put code for us to run. Where there is no home to write to, nothing is kept.
enableCompileCache(join(homedir(), '.cache', 'latchkey'))
const { InputError, StoreUnavailable } = await import('@latchkey/protocol')
const { runIssuer } = await import('./run-issuer.ts')
const { SettingsError } = await import('./settings/faults.ts')

const [, , file] = process.argv
try {
  await runIssuer({
    ...(file !== undefined && { file }),
    env: process.env,
    cwd: process.cwd(),
  })
  // Tells a parent process, if there is one, that the port is open.
  process.send?.('ready')
} catch (error) {
  const isInput = error instanceof InputError || error instanceof SettingsError
  const why = error instanceof StoreUnavailable && error.why ? ` (${error.why})` : ''
  process.stderr.write(`${isInput ? error.message : String(error)}${why}\n`)
  process.exit(1)
}
