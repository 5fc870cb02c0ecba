/** The Node that runs everything after this: the pinned one where the registry has it, otherwise the user's own. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Runs TypeScript sources and has `node:sqlite` without a flag or a warning. */
const OLDEST = [24, 15]

/** @param {string} root */
export function nodeVersion(root) {
  return {
    lacking() {
      const pinned = join(root, 'node_modules', '.bin', 'node')
      const here = `${process.platform}-${process.arch}`
      if (existsSync(pinned)) {
        const { status } = spawnSync(pinned, ['--version'], { stdio: 'ignore' })
        return status === 0 ? undefined : `the pinned Node does not run on this ${here} (musl?)`
      }
      if (isRecent(process.versions.node)) return undefined
      return `there is no pinned Node for ${here}, and this is Node ${process.versions.node}`
    },
    /** @param {string} why */
    async provide(why) {
      throw new Error(`${why}; install Node ${OLDEST.join('.')} or newer and try again`)
    },
  }
}

/** @param {string} version */
function isRecent(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}
