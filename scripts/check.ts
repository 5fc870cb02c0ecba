/** `npm run check`: format, lint, layers, types and documents of the whole repository, in seconds. */
import { join } from 'node:path'
import { runChecks } from './checks/run-checks.ts'

const { passed, failed } = await runChecks(join(import.meta.dirname, '..'), (text) => {
  process.stdout.write(`${text}\n`)
})
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 ? 1 : 0
