/**
 * Runs before every npm script, on whatever Node (18 or newer) started npm: makes node_modules match the lock file.
 * With `--test` also prepares what the tests need. When everything is in place it says nothing and takes no time.
 * Plain JavaScript without dependencies, because there may be none yet.
 */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dependencies } from './bootstrap/dependencies.mjs'
import { exclusively } from './bootstrap/exclusively.mjs'
import { nodeVersion } from './bootstrap/node-version.mjs'
import { programs } from './bootstrap/programs.mjs'
import { tapPlugins } from './bootstrap/tap-plugins.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const steps = [dependencies(root), nodeVersion(root)]
if (process.argv.includes('--test')) steps.push(tapPlugins(root), programs())

try {
  if (steps.some((step) => step.lacking() !== undefined)) {
    await exclusively(join(root, '.bootstrap.lock'), async () => {
      for (const step of steps) {
        const lacking = step.lacking()
        if (lacking !== undefined) await step.provide(lacking)
      }
    })
  }
} catch (error) {
  process.stderr.write(`bootstrap: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}
