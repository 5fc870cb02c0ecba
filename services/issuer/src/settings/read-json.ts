import type { Fault } from './faults.ts'
import { locateJson } from './locate-json.ts'
import type { Group } from './located.ts'
import type { FileReading } from './read-fields.ts'

export type JsonReading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'too-deep' }
  /** The first of them. */
  | { readonly kind: 'fault'; readonly fault: Fault }

/**
 * Reads an object that somebody has sent by the rules of the settings file, its faults with their places. Of this machine nothing
 * is read: no environment, and no file or variable that would give a secret.
 */
export function readJson<T>(
  sent: object,
  read: (group: Group, reading: FileReading) => T,
): JsonReading<T> {
  const group = locateJson(sent, '')
  if (group?.kind !== 'group') return { kind: 'too-deep' }
  const faults: Fault[] = []
  const value = read(group, {
    report: (fault) => faults.push(fault),
    folder: '',
    env: {},
    notePlainSecret: () => {},
    onlyPlainSecrets: true,
  })
  const [fault] = faults
  return fault === undefined ? { kind: 'read', value } : { kind: 'fault', fault }
}
