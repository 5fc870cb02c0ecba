/** Programs outside npm that the tests drive: a real Redis, a real PostgreSQL and a real browser. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runVisibly } from './run-visibly.mjs'

/** Commands of which one tells that it is there, and the Debian package that brings it. */
const NEEDED = [
  { commands: ['redis-server'], packageName: 'redis-server' },
  // Debian keeps the versions of PostgreSQL side by side outside of PATH, and in PATH what starts them.
  { commands: ['postgres', 'pg_ctlcluster'], packageName: 'postgresql' },
  { commands: ['chromium'], packageName: 'chromium' },
]

export function programs() {
  return {
    lacking() {
      const missing = NEEDED.filter(({ commands }) => !commands.some(inPath))
      return missing.length === 0 ? undefined : missing.map((it) => it.packageName).join(' ')
    },
    /** @param {string} packages */
    async provide(packages) {
      const install = `apt-get install -y --no-install-recommends ${packages}`
      if (!inPath('apt-get') || process.getuid?.() !== 0) {
        const how = inPath('apt-get') ? `: sudo ${install}` : ' with your package manager'
        throw new Error(`the tests need ${packages.replaceAll(' ', ' and ')}; install them${how}`)
      }
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
      // Another apt may be at work, for example the nightly one; wait for it instead of failing.
      const patient = ['-o', 'DPkg::Lock::Timeout=300']
      await runVisibly('reading the package lists', 'apt-get', patient, { args: ['update'], env })
      const args = install.split(' ').slice(1)
      await runVisibly(`installing ${packages}`, 'apt-get', patient, { args, env })
    },
  }
}

/** @param {string} command */
function inPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, command)))
}
