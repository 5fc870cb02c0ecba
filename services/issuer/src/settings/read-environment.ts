import { resolve } from 'node:path'
import type { Field, Fields } from './field.ts'
import type { Reading } from './kinds.ts'
import type { Located } from './located.ts'
import type { Environment, Found } from './read-fields.ts'
import { hidden, readSecretFile } from './secrets.ts'
import { editDistance } from './suggest.ts'

/** `session.idle_seconds` is LATCHKEY_SESSION_IDLE_SECONDS. */
function environmentName(group: string, name: string): string {
  return ['latchkey', group, name]
    .filter((part) => part !== '')
    .join('_')
    .toUpperCase()
}

/** Every variable that the fields of a group may be given by. */
export function variablesOf(group: string, fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, { secret }]) => {
    const variable = environmentName(group, name)
    return secret === true ? [variable, `${variable}_FILE`] : [variable]
  })
}

/**
 * Values that the environment gives for the fields of one group: undefined when given with a fault. An empty variable
 * counts as absent.
 */
export function readEnvironment(
  group: string,
  fields: Fields,
  env: Environment,
  reading: Reading,
): Found {
  const values = new Map<string, unknown>()
  for (const [name, field] of Object.entries(fields)) {
    const given = variablesOf(group, { [name]: field }).filter((variable) => env[variable])
    if (given.length > 0) values.set(name, readVariables(given, field, env, reading))
  }
  return values
}

function readVariables(
  given: readonly string[],
  field: Field,
  env: Environment,
  reading: Reading,
): unknown {
  const [at = '', ...more] = given
  if (more.length > 0) {
    const received = given.join(' and ')
    reading.report({ at, code: 'secret-twice', received, expected: 'one of them' })
    return undefined
  }
  const text = env[at] ?? ''
  if (field.secret !== true) {
    return field.kind.read(field.kind.fromText?.(text, at) ?? scalar(text, at), reading)
  }
  const found = at.endsWith('_FILE')
    ? readSecretFile(resolve(reading.folder, text), at, reading.report)
    : scalar(text, at)
  return found && field.kind.read(found, { ...reading, report: hidden(reading) })
}

function scalar(value: string, at: string): Located {
  return { kind: 'scalar', at, value }
}

/**
 * Refuses variables that are almost one of ours: a misspelt LATCHKEY_REDIS_URL must not silently mean "no Redis".
 * Others with the same beginning are left alone: programs beside the issuer have theirs, and Kubernetes invents
 * LATCHKEY_PORT for a service that is called latchkey.
 */
export function reportMisspelt(
  env: Environment,
  known: readonly string[],
  { report }: Pick<Reading, 'report'>,
): void {
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('LATCHKEY_') || known.includes(variable)) continue
    const near = known.find((name) => editDistance(variable, name) <= 2)
    if (near === undefined) continue
    const expected = `a known name; did you mean ${near}?`
    report({ at: 'environment', code: 'unknown-setting', received: variable, expected })
  }
}
