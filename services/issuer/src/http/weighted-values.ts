/** The values of `Accept`, `Accept-Language` and their like, in lower case and in their order: RFC 9110 section 12.4.2. */
export interface WeightedValue {
  readonly value: string
  /** From 0 to 1; 0 is "not this one", and what a weight that is no number comes to. */
  readonly weight: number
}

export function weightedValues(header: string): WeightedValue[] {
  return header
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [value = '', ...parameters] = range.split(';').map((part) => part.trim())
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
      return { value, weight: Number(weight) || 0 }
    })
}
