import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError, type Random, systemRandom } from '@latchkey/protocol'
import { placesOf } from '../cluster/places.ts'
import { openDataFolder } from '../data-folder.ts'
import { crossCheck, type Draft } from './cross-checks.ts'
import { deepFreeze } from './deep-freeze.ts'
import { type Fault, type Report, SettingsError } from './faults.ts'
import { emptyGroup, type Group } from './located.ts'
import { keptMasterKey } from './master-key.ts'
import { parseYaml } from './parse-yaml.ts'
import { readDraft } from './read-draft.ts'
import type { Environment, FileReading } from './read-fields.ts'
import { openToOthers } from './secrets.ts'
import type { Settings } from './settings.ts'
import { readTlsFiles } from './tls-files.ts'

export const SETTINGS_FILE = 'latchkey.yaml'

export interface LoadOptions {
  /** Path of the settings file. Absent: `latchkey.yaml` in the working directory if it is there, else no file. */
  readonly file?: string
  readonly env: Environment
  /** Where relative paths of the environment start. */
  readonly cwd: string
  readonly random?: Random
}

/**
 * Reads the settings from the file and the environment, which goes before the file. Throws SettingsError with every
 * fault at once, and InputError when the data folder cannot be used. What it changes on disk: the data folder is made,
 * and an embedded installation gets its master key at the first start.
 */
export function loadSettings(options: LoadOptions): Settings {
  const { masterKey: given, ...settings } = readSettings(options)
  openDataFolder(settings.dataDir)
  const faults: Fault[] = []
  const file = join(settings.dataDir, 'master.key')
  const random = options.random ?? systemRandom
  const masterKey = given ?? keptMasterKey(file, random, (fault) => faults.push(fault))
  if (masterKey === undefined) throw new SettingsError(faults)
  return deepFreeze({ ...settings, masterKey })
}

/** The settings for whoever only looks: changes nothing on disk, and has the master key only if they say it. Throws SettingsError. */
export function readSettings(
  options: LoadOptions,
): Omit<Settings, 'masterKey'> & Partial<Pick<Settings, 'masterKey'>> {
  const faults: Fault[] = []
  const report: Report = (fault) => faults.push(fault)
  const stopAtFaults = () => {
    if (faults.length > 0) throw new SettingsError(faults)
  }
  const file = chooseFile(options, report)
  const root = file === undefined ? emptyGroup('settings') : readFile(file, report)
  // Everything would seem to be missing from a file that cannot be read.
  stopAtFaults()
  const plainSecrets: string[] = []
  const reading: FileReading = {
    report,
    env: options.env,
    folder: file === undefined ? options.cwd : dirname(file),
    notePlainSecret: (at) => plainSecrets.push(at),
  }
  const draft = readDraft(root, reading, options.cwd)
  if (file !== undefined && plainSecrets.length > 0) checkClosed(file, plainSecrets, report)
  // Checks that compare settings need all of them.
  if (faults.length === 0) crossCheck(draft, report)
  const tls = faults.length === 0 ? checkTls(draft.tls, report) : undefined
  stopAtFaults()

  const { tls: _, masterKey, ...settings } = draft
  return {
    ...settings,
    ...(masterKey === undefined ? {} : { masterKey }),
    ...(tls === undefined ? {} : { tls }),
    ...(file === undefined
      ? {}
      : { declaredIn: { name: basename(file), placeOf: placesOf(root) } }),
  }
}

function chooseFile({ file, cwd, env }: LoadOptions, report: Report): string | undefined {
  const path = resolve(cwd, file ?? SETTINGS_FILE)
  if (existsSync(path)) return path
  // The environment may say everything. Whoever sets nothing there has forgotten the file.
  if (file !== undefined || env['LATCHKEY_ISSUER'] === undefined) {
    const expected = 'a settings file that exists; latchkey init writes a first one'
    report({ at: 'settings', code: 'settings-file-missing', received: path, expected })
  }
  return undefined
}

function readFile(file: string, report: Report): Group {
  const name = basename(file)
  try {
    const found = parseYaml(readFileSync(file, 'utf8'), name, report)
    return found ?? emptyGroup(name)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    const expected = `a file that can be read (${why})`
    report({ at: 'settings', code: 'settings-file-missing', received: file, expected })
    return emptyGroup(name)
  }
}

/** A file that holds a secret is a secret file. */
function checkClosed(file: string, secrets: readonly string[], report: Report): void {
  if (!openToOthers(statSync(file).mode)) return
  report({
    at: secrets[0] ?? file,
    code: 'settings-file-open',
    received: 'a secret in a file that others can read',
    expected: `chmod 600 ${file}, or the secret by its _file or _env form`,
  })
}

function checkTls(tls: Draft['tls'], report: Report): Settings['tls'] {
  const { certFile, keyFile } = tls
  if (certFile === undefined || keyFile === undefined) return undefined
  try {
    readTlsFiles({ certFile, keyFile })
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause
    const { where = 'tls', code, received, expected } = cause
    report({ at: where, code, received, expected })
  }
  return { certFile, keyFile }
}
