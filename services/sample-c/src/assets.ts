import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const STYLE = readFileSync(new URL('../assets/style.css', import.meta.url))
const SCRIPT = readFileSync(new URL('../assets/live.js', import.meta.url))

/** The style sheet and the script of the page; open to everybody. */
export async function assets(app: FastifyInstance): Promise<void> {
  app.get('/style.css', { config: { public: true } }, async (_request, reply) => {
    return reply.type('text/css').header('cache-control', 'public, max-age=300').send(STYLE)
  })
  app.get('/live.js', { config: { public: true } }, async (_request, reply) => {
    return reply.type('text/javascript').header('cache-control', 'public, max-age=300').send(SCRIPT)
  })
}
