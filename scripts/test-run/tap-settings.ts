import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

/** What .taprc says about running test files, for tap's own runner and for ours. */
export interface TapSettings {
  /** Globs of the test files, from the root of the repository. */
  readonly include: readonly string[]
  /** Options of Node for every test file. */
  readonly 'node-arg': readonly string[]
  /** How many files run at a time. */
  readonly jobs: number
  /** Seconds that a file may take unless it asks for more. */
  readonly timeout: number
}

/** @param root folder of the repository */
export function tapSettings(root: string): TapSettings {
  return parse(readFileSync(join(root, '.taprc'), 'utf8'))
}
