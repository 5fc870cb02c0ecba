import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { SettingsError } from '../settings/faults.ts'
import type { Environment } from '../settings/read-fields.ts'
import { openToOthers } from '../settings/secrets.ts'
import { type ClusterFile, readClusterFile } from './cluster-file.ts'
import { CLUSTER_LIMITS } from './limits.ts'

export interface LoadClusterOptions {
  readonly path: string
  /** Where a relative path starts. */
  readonly cwd: string
  readonly env: Environment
}

export interface LoadedCluster extends ClusterFile {
  /** Of the file, without its folder: what is declared belongs to it. */
  readonly name: string
}

/** A cluster file on this machine, with its secrets. Throws SettingsError with every fault at once, by line and column. */
export function loadClusterFile({ path, cwd, env }: LoadClusterOptions): LoadedCluster {
  const file = resolve(cwd, path)
  const name = basename(file)
  const { text, mode } = readText(file)
  const read = readClusterFile({ text, name, folder: dirname(file), env })
  const [secret] = read.plainSecrets
  if (secret !== undefined && openToOthers(mode)) {
    refuse('settings-file-open', secret, {
      received: 'a secret in a file that others can read',
      expected: `chmod 600 ${file}, or the secret by its _file or _env form`,
    })
  }
  return { ...read, name }
}

function readText(file: string): { text: string; mode: number } {
  try {
    const { size, mode } = statSync(file)
    if (size > CLUSTER_LIMITS.bytes) {
      const expected = `a file of at most ${CLUSTER_LIMITS.bytes} bytes`
      refuse('cluster-too-large', file, { received: `${size} bytes`, expected })
    }
    return { text: readFileSync(file, 'utf8'), mode }
  } catch (cause) {
    if (cause instanceof SettingsError) throw cause
    const why = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    const expected = `a cluster file that can be read (${why})`
    return refuse('settings-file-missing', 'cluster file', { received: file, expected })
  }
}

function refuse(code: string, at: string, facts: { received: string; expected: string }): never {
  throw new SettingsError([{ at, code, ...facts }])
}
