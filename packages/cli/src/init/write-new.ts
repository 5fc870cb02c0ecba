import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CliError } from '../cli-error.ts'
import { INIT_FAULTS } from '../messages/init.ts'

export interface NewFile {
  /** In the folder. */
  readonly name: string
  readonly text: string
  /** 0600: for its owner only. */
  readonly isSecret: boolean
}

/** Writes files that do not exist, all or none. Throws CliError `already-there`. */
export function writeNew(folder: string, files: readonly NewFile[]): void {
  const there = files.find(({ name }) => existsSync(join(folder, name)))
  if (there !== undefined) {
    throw new CliError(INIT_FAULTS.alreadyThere, { file: join(folder, there.name) })
  }
  for (const { name, text, isSecret } of files) {
    const file = join(folder, name)
    attempt(file, () => {
      mkdirSync(dirname(file), { recursive: true, ...(isSecret ? { mode: 0o700 } : {}) })
      // wx: whoever was quicker keeps theirs.
      writeFileSync(file, text, { mode: isSecret ? 0o600 : 0o644, flag: 'wx' })
    })
  }
}

/** Adds the lines that .gitignore lacks. */
export function ignoreInGit(folder: string, lines: readonly string[]): void {
  const file = join(folder, '.gitignore')
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const known = before.split(/\r?\n/)
  const missing = lines.filter((line) => !known.includes(line))
  if (missing.length === 0) return
  const start = before === '' || before.endsWith('\n') ? '' : '\n'
  attempt(file, () => appendFileSync(file, `${start}${missing.join('\n')}\n`))
}

function attempt(file: string, work: () => void): void {
  try {
    work()
  } catch (cause) {
    const { code = 'unwritable' } = cause as NodeJS.ErrnoException
    throw new CliError(INIT_FAULTS.notWritable, { file, why: code })
  }
}
