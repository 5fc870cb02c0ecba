/**
 * tap builds its test class for the plug-ins that .taprc names. Left to itself it does so during the first run, whose
 * tests still get the old class and fail, so it is done here, once per installation and .taprc.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runVisibly } from './run-visibly.mjs'

/** @param {string} root */
export function tapPlugins(root) {
  // Inside node_modules, so that it goes when the installation goes.
  const stamp = join(root, 'node_modules', '.tap-built')
  const digest = () =>
    createHash('sha256')
      .update(readFileSync(join(root, '.taprc')))
      .digest('hex')
  return {
    lacking: () =>
      existsSync(stamp) && readFileSync(stamp, 'utf8') === digest() ? undefined : 'not built yet',
    async provide() {
      const bin = join(root, 'node_modules', '.bin')
      await runVisibly('preparing tap', join(bin, 'tap'), [], {
        cwd: root,
        args: ['build'],
        env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
      })
      writeFileSync(stamp, digest())
    },
  }
}
