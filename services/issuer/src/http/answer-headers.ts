import type { FastifyInstance } from 'fastify'

/**
 * What every answer says that says nothing else: no cache keeps it, because nearly all of them carry a token, a fact about
 * a person or an error (RFC 6749 section 5.1); no browser guesses its type; and no address that it came from, with a state or
 * a hint in it, is told to where it leads (RFC 9700 section 4.2.4).
 */
export function answerHeaders(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    done()
  })
}
