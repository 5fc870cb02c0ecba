import { GROUP_FIELDS, ROOT_FIELDS } from './declarations.ts'
import { DECLARED_FIELDS } from './declared.ts'
import { type Field, type Fields, namesOf } from './field.ts'
import { type JsonSchema, TEXT } from './json-schema.ts'

/**
 * docs/latchkey.schema.json, from the declarations, for editors: JSON Schema draft-07. Never stricter than the issuer. Nothing is
 * required at the top, because a cluster file has the declared lists alone.
 */
export function settingsSchema(): JsonSchema {
  const groups = Object.entries(GROUP_FIELDS).map(([name, fields]) => [
    name,
    orNothing(group(fields)),
  ])
  const lists = Object.entries(DECLARED_FIELDS).map(([name, fields]) => [
    name,
    orNothing({ type: 'array', items: group(fields, REQUIRED) }),
  ])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'latchkey.yaml',
    description:
      'Settings of a Latchkey issuer, and what it declares: docs/operate/configuration.md.',
    type: 'object',
    properties: { ...members(ROOT_FIELDS), ...Object.fromEntries([...groups, ...lists]) },
    additionalProperties: false,
  }
}

/** As the file is kept, and as `latchkey schema` prints it. */
export function settingsSchemaText(): string {
  return `${JSON.stringify(settingsSchema(), null, 2)}\n`
}

const REQUIRED = true

function group(fields: Fields, withRequired = false): JsonSchema {
  const required = Object.keys(fields).filter((name) => fields[name]?.required === true)
  return {
    type: 'object',
    properties: members(fields),
    ...(withRequired && required.length > 0 ? { required } : {}),
    additionalProperties: false,
  }
}

function members(fields: Fields): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      namesOf(name, field).map((form, index) => [form, member(field, index)]),
    ),
  )
}

const SECRET_FORMS = [
  '',
  ' Here: the path of a file that holds nothing else.',
  ' Here: the name of an environment variable.',
]

function member({ kind, description, fallback }: Field, form: number): JsonSchema {
  return {
    ...orNothing(form === 0 ? kind.schema : TEXT),
    description: description + SECRET_FORMS[form],
    ...(fallback === undefined || form > 0 ? {} : { default: fallback }),
  }
}

/** A name without a value counts as absent: a line whose content is commented out. */
function orNothing(schema: JsonSchema): JsonSchema {
  const { type, enum: choices } = schema
  if (Array.isArray(choices)) return { ...schema, enum: [...choices, null] }
  if (typeof type === 'string') return { ...schema, type: [type, 'null'] }
  return { anyOf: [schema, { type: 'null' }] }
}
