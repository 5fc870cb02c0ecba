/** Attributes of resources as RFC 7643 section 7 describes them. */

export interface ScimAttribute {
  readonly name: string
  readonly type: 'string' | 'boolean' | 'complex' | 'reference' | 'dateTime'
  readonly description: string
  readonly multiValued?: true
  readonly required?: true
  readonly caseExact?: true
  readonly mutability?: 'readOnly' | 'writeOnly'
  readonly returned?: 'always' | 'never'
  readonly uniqueness?: 'server'
  readonly subAttributes?: readonly ScimAttribute[]
}

export interface ScimSchema {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly ScimAttribute[]
}

/** The attribute of this name, in any case. */
export function attributeNamed(
  attributes: readonly ScimAttribute[],
  name: string,
): ScimAttribute | undefined {
  const folded = name.toLowerCase()
  return attributes.find((one) => one.name.toLowerCase() === folded)
}

/** With every characteristic, as `/Schemas` tells it. */
export function describeAttribute(attribute: ScimAttribute): object {
  const { name, type, description, subAttributes } = attribute
  return {
    name,
    type,
    multiValued: attribute.multiValued === true,
    description,
    required: attribute.required === true,
    caseExact: attribute.caseExact === true,
    mutability: attribute.mutability ?? 'readWrite',
    returned: attribute.returned ?? 'default',
    uniqueness: attribute.uniqueness ?? 'none',
    ...(type === 'reference' && { referenceTypes: ['uri'] }),
    ...(subAttributes && { subAttributes: subAttributes.map(describeAttribute) }),
  }
}
