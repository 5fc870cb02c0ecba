import { AjvCompiler } from '@fastify/ajv-compiler'
import type { FastifySchemaCompiler } from 'fastify'

type Compiler = FastifySchemaCompiler<unknown>
type Validator = ReturnType<Compiler>

/** Strict: a value of another type is refused and not made fit, and nothing is silently taken away. */
const STRICT = { coerceTypes: false, removeAdditional: false, discriminator: true } as const

/**
 * Validators as Fastify makes them, each when its route is first asked: making all of them was a third of a start, and most
 * routes are never called in the life of a process. Nothing is let through meanwhile: who asks first waits a millisecond. No
 * setting has a part in a schema, and a test makes the validators of all routes, so none fails later than at a start.
 */
export function validatorsOnDemand(): Compiler {
  const buildCompiler = AjvCompiler()
  let compile: Compiler | undefined
  return (route) => {
    let made: Validator | undefined
    const validate: Validator = (data) => {
      compile ??= buildCompiler({}, { customOptions: STRICT }) as Compiler
      made ??= compile(route)
      const outcome = made(data)
      // Where Fastify looks for the reasons of a refusal.
      validate.errors = made.errors ?? null
      return outcome
    }
    return validate
  }
}
