import { OAuthError } from '@latchkey/protocol'
import type { FastifyError } from 'fastify'

export interface SchemaFault {
  /** `body/target/sub`. */
  readonly where: string
  /** `must be string`. */
  readonly rule: string
}

/** What a schema refuses, with its place, and no value; undefined when it was something else. */
export function schemaFault(thrown: unknown): SchemaFault | undefined {
  const { validation, validationContext } = thrown as Partial<FastifyError>
  const [fault] = validation ?? []
  if (!fault) return undefined
  const unknown = String(fault.params['additionalProperty'] ?? '')
  const named = /^\w{1,64}$/.test(unknown) ? ` ${unknown}` : ''
  const { allowedValues } = fault.params
  const allowed = Array.isArray(allowedValues) ? `: ${allowedValues.join(', ')}` : ''
  return {
    where: `${validationContext}${fault.instancePath}`,
    rule: `${fault.message}${named}${allowed}`,
  }
}

/** The same as an error of the catalogue, for callers who may know the rules. */
export function explained(thrown: unknown): unknown {
  const fault = schemaFault(thrown)
  if (!fault) return thrown
  const description = `${fault.where} ${fault.rule}`
  return new OAuthError('invalid_request', 'schema', { description, cause: thrown })
}
