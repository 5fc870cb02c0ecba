import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { CliError } from './cli-error.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'

/** The text of a file that others must not be able to read; undefined when there is none. Throws CliError. */
export function readPrivateFile(file: string): string | undefined {
  try {
    const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o007) !== 0
    if (isOpen) throw new CliError(ISSUER_FAULTS.openCredentials, { file })
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: code })
  }
}

/** Replaces the file in one step, for its owner only: a process that reads meanwhile sees the old one or the new one. */
export function writePrivateFile(file: string, text: string): void {
  const next = `${file}.${process.pid}.new`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    rmSync(next, { force: true })
    writeFileSync(next, text, { mode: 0o600, flag: 'wx' })
    // The mode above is narrowed by the umask, which might leave nothing.
    chmodSync(next, 0o600)
    renameSync(next, file)
  } catch (cause) {
    const { code = 'unwritable' } = cause as NodeJS.ErrnoException
    throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: code })
  }
}
