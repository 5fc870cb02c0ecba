/** The packages of package-lock.json in node_modules. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runVisibly } from './run-visibly.mjs'

/**
 * @param {string} root
 * @returns a step; `lacking()` says in words why an installation is needed
 */
export function dependencies(root) {
  return {
    lacking: () => mismatch(root),
    /** @param {string} why */
    provide: (why) =>
      runVisibly(`installing dependencies (${why})`, ...npm(), {
        cwd: root,
        // No package here needs an install script, so none may run one.
        args: ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'],
      }),
  }
}

/**
 * npm leaves its own record of what it installed. Comparing that with the lock file, instead of keeping a stamp, also
 * recognises what a plain `npm install` or a branch switch has done.
 * @param {string} root
 */
function mismatch(root) {
  const recordFile = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(recordFile)) return 'node_modules is missing or incomplete'
  const wanted = packagesIn(join(root, 'package-lock.json'))
  const present = packagesIn(recordFile)
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue
    const found = present[path]
    if (found === undefined) {
      if (!mayBeMissing(entry)) return `${path} is missing`
    } else if (found.version !== entry.version || found.integrity !== entry.integrity) {
      return `${path} is ${found.version}, the lock file has ${entry.version}`
    }
  }
  const extra = Object.keys(present).find((path) => wanted[path] === undefined)
  return extra === undefined ? undefined : `${extra} is not in the lock file`
}

/** @param {string} file */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
}

/** npm leaves out optional packages that are built for another platform. */
function mayBeMissing(entry) {
  if (!entry.optional) return false
  // Which C library this is, npm finds out by itself; do not repeat that here.
  if (entry.libc !== undefined) return true
  return !admits(entry.os, process.platform) || !admits(entry.cpu, process.arch)
}

/** @param {string | string[] | undefined} rule as in package.json: a name, several, or `!name` */
function admits(rule, value) {
  if (rule === undefined) return true
  const names = [rule].flat()
  if (names.includes(`!${value}`)) return false
  return names.includes(value) || names.every((name) => name.startsWith('!'))
}

/** The npm that started us, so that no second one gets a say; from PATH when started by hand. */
function npm() {
  const cli = process.env.npm_execpath
  return cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
}
