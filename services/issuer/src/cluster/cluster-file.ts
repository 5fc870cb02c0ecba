import { DECLARED_LISTS, GROUP_FIELDS, ROOT_FIELDS } from '../settings/declarations.ts'
import { DECLARED_FIELDS, readDeclared } from '../settings/declared.ts'
import { plainValue } from '../settings/declared-kinds.ts'
import { type Fault, SettingsError } from '../settings/faults.ts'
import type { Fields } from '../settings/field.ts'
import { namesOf } from '../settings/field.ts'
import type { Group, Located } from '../settings/located.ts'
import { parseYaml } from '../settings/parse-yaml.ts'
import {
  type Environment,
  type FileReading,
  knownNames,
  reportUnknown,
} from '../settings/read-fields.ts'
import { readSecret } from '../settings/secrets.ts'
import { CLUSTER_LIMITS } from './limits.ts'
import { type PlaceOf, placesOf } from './places.ts'
import type { ClusterDocument } from './read-cluster.ts'

export interface ClusterFile {
  /** With the secrets in it: for the admin API of the issuer and nobody else. */
  readonly document: ClusterDocument
  /** Leads from a place in the document to its line. */
  readonly placeOf: PlaceOf
  /** Places of secrets that stand in the file itself: it must then be closed to others. */
  readonly plainSecrets: readonly string[]
}

export interface ClusterFileOptions {
  readonly text: string
  /** Without its folder. */
  readonly name: string
  /** Where relative paths of secrets start. */
  readonly folder: string
  readonly env: Environment
}

/**
 * Reads a cluster file: a settings file, of which the settings are not looked at, or a file with the declared lists alone.
 * Throws SettingsError with every fault at once, by line and column.
 */
export function readClusterFile({ text, name, folder, env }: ClusterFileOptions): ClusterFile {
  const faults: Fault[] = []
  const report = (fault: Fault) => faults.push(fault)
  const root = parseYaml(text, name, report, CLUSTER_LIMITS.nodes)
  if (root === undefined || faults.length > 0) throw new SettingsError(faults)
  const known = [...knownNames(ROOT_FIELDS), ...Object.keys(GROUP_FIELDS), ...DECLARED_LISTS]
  reportUnknown(root, known, { report })
  const plainSecrets: string[] = []
  const reading: FileReading = {
    report,
    env,
    folder,
    notePlainSecret: (at) => plainSecrets.push(at),
  }
  readDeclared(root, reading, 0)
  if (faults.length > 0) throw new SettingsError(faults)
  const lists = DECLARED_LISTS.flatMap((list) => {
    const found = root.entries.get(list)?.value
    if (found?.kind !== 'list') return []
    const records = found.items.map((item) => plainRecord(item, DECLARED_FIELDS[list], reading))
    return [[list, records] as const]
  })
  return { document: Object.fromEntries(lists), placeOf: placesOf(root), plainSecrets }
}

/** The record as JSON, with secrets under their plain names. Empty values count as absent, as they do in the file. */
function plainRecord(found: Located, fields: Fields, reading: FileReading) {
  if (found.kind !== 'group') return {}
  const secrets = Object.entries(fields).filter(([, field]) => field.secret === true)
  const forms = new Set(secrets.flatMap(([name, field]) => namesOf(name, field)))
  const values = [...found.entries].flatMap(([name, { value }]) => {
    const plain = plainValue(value)
    return forms.has(name) || plain === null ? [] : [[name, plain] as const]
  })
  const given = secrets.flatMap(([name, { kind }]) => {
    const value = readSecret(name, kind, found as Group, reading)
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries([...values, ...given])
}
