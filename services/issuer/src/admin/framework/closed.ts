import { type TProperties, type TSchema, Type } from 'typebox'

const CLOSED = { additionalProperties: false } as const

/** An object of these members and no others (attack H3, mass assignment). `title` names it in the OpenAPI document. */
export function closedObject<Members extends TProperties>(members: Members, title?: string) {
  return Type.Object(members, { ...CLOSED, ...(title !== undefined && { title }) })
}

/** Throws an Error for a schema that takes members which it does not name. */
export function refuseOpenSchema(schema: TSchema, place: string): void {
  const { type, properties, additionalProperties, patternProperties } = schema as {
    type?: string
    properties?: Record<string, TSchema>
    additionalProperties?: unknown
    patternProperties?: object
  }
  const isNamed = additionalProperties !== undefined && additionalProperties !== true
  // What a discriminator divides is closed in each of its branches.
  const isDivided = 'discriminator' in schema
  if (type === 'object' && !isNamed && !patternProperties && !isDivided) {
    throw new Error(`${place}: an object that takes any member`)
  }
  for (const [name, member] of Object.entries(properties ?? {})) {
    refuseOpenSchema(member, `${place}/${name}`)
  }
  const {
    items,
    anyOf = [],
    oneOf = [],
    allOf = [],
  } = schema as {
    items?: TSchema
    anyOf?: TSchema[]
    oneOf?: TSchema[]
    allOf?: TSchema[]
  }
  for (const part of [...(items ? [items] : []), ...anyOf, ...oneOf, ...allOf]) {
    refuseOpenSchema(part, place)
  }
}
