import type { FastifyInstance } from 'fastify'

/** Answers every other method with 405 and `Allow: POST` (RFC 9110 section 15.5.6). */
export function postOnly(app: FastifyInstance, path: string): void {
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: path,
    handler: async (_request, reply) =>
      await reply
        .code(405)
        .header('allow', 'POST')
        .header('cache-control', 'no-store')
        .send({ error: 'invalid_request', error_description: 'use POST' }),
  })
}
