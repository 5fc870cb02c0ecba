import type { FastifyInstance } from 'fastify'
import { parseParameters } from './parameters.ts'

/** A POST without a body is a form without fields: its handler asks for what is missing, and says so. */
export function emptyForm(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _, done) => {
    if (request.method === 'POST') request.body ??= parseParameters('')
    done()
  })
}
