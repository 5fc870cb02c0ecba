/** The issuer as a program: `node main.ts [settings file]`. The `latchkey start` command does the same. */
import process from 'node:process'
import { InputError } from '@latchkey/protocol'
import { runIssuer } from './run-issuer.ts'
import { SettingsError } from './settings/faults.ts'

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
  process.stderr.write(`${isInput ? error.message : String(error)}\n`)
  process.exit(1)
}
