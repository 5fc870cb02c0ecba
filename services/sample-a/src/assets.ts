import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'orders.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

/** The style sheet, the script and the picture; open to everybody. */
export async function assets(app: FastifyInstance): Promise<void> {
  for (const [name, type] of Object.entries(TYPES)) {
    const content = readFileSync(new URL(`../assets/${name}`, import.meta.url))
    app.get(`/${name}`, { config: { public: true } }, async (_request, reply) => {
      return reply.type(type).header('cache-control', 'public, max-age=300').send(content)
    })
  }
}
