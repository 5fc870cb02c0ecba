import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Fault, Report } from './faults.ts'
import type { Kind } from './kinds.ts'
import { type Group, type Located, show } from './located.ts'
import type { FileReading } from './read-fields.ts'

/** No key, password or certificate comes near this; a wrong path to something huge is not read. */
const MAX_SECRET_BYTES = 64 * 1024

/**
 * The value of a secret that the settings file gives in one of three forms: NAME (text in the file itself), NAME_file
 * (path of a file that holds nothing else) or NAME_env (name of an environment variable).
 */
export function readSecret<T>(
  name: string,
  kind: Kind<T>,
  group: Group,
  reading: FileReading,
): T | undefined {
  const known = reading.onlyPlainSecrets ? [name] : [name, `${name}_file`, `${name}_env`]
  const forms = known.filter((form) => group.entries.has(form))
  const form = forms[0]
  if (form === undefined) return undefined
  const found = group.entries.get(form)?.value
  if (found === undefined) return undefined
  if (forms.length > 1) {
    reading.report({
      at: found.at,
      code: 'secret-twice',
      received: forms.join(' and '),
      expected: 'one of them',
    })
    return undefined
  }
  if (form === name) reading.notePlainSecret(found.at)
  const value = form === name ? found : fetchSecret(found, form === `${name}_file`, reading)
  return value === undefined ? undefined : kind.read(value, { ...reading, report: hidden(reading) })
}

function fetchSecret(
  found: Located,
  fromFile: boolean,
  { report, folder, env }: FileReading,
): Located | undefined {
  const pointer = found.kind === 'scalar' ? found.value : undefined
  if (typeof pointer !== 'string' || pointer === '') {
    const expected = fromFile ? 'the path of a file' : 'the name of an environment variable'
    report({ at: found.at, code: 'not-text', received: show(found), expected })
    return undefined
  }
  if (fromFile) return readSecretFile(resolve(folder, pointer), found.at, report)
  const value = env[pointer]
  if (value === undefined || value === '') {
    const expected = 'the name of an environment variable that is set'
    report({ at: found.at, code: 'secret-env-missing', received: show(found), expected })
    return undefined
  }
  return { kind: 'scalar', at: found.at, value }
}

/** The text of a secret file without its last line end. A file that everybody may read is no secret and is refused. */
export function readSecretFile(file: string, at: string, report: Report): Located | undefined {
  const refused = (fault: Omit<Fault, 'at' | 'received'>) =>
    report({ at, received: file, ...fault })
  try {
    const stats = statSync(file)
    if (!stats.isFile() || stats.size > MAX_SECRET_BYTES) {
      refused({ code: 'secret-file', expected: `a file of at most ${MAX_SECRET_BYTES} bytes` })
      return undefined
    }
    if (openToOthers(stats.mode)) {
      refused({ code: 'secret-file-open', expected: `a file that others cannot read: chmod 600` })
      return undefined
    }
    return { kind: 'scalar', at, value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') }
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    refused({ code: 'secret-file', expected: `a file that can be read (${why})` })
    return undefined
  }
}

/** True when users outside the owner and the group may do anything with the file. Windows has no such bits. */
export function openToOthers(mode: number): boolean {
  return process.platform !== 'win32' && (mode & 0o007) !== 0
}

/** Messages about a secret say what was expected and never what was received. */
export function hidden({ report }: { report: Report }): Report {
  return (fault) => report({ ...fault, received: 'a value that is not shown' })
}
