import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import type { FastifyInstance } from 'fastify'

const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
}

/** Modules of `@latchkey/browser`. Each is one file that imports nothing, so the page loads it as it is. */
const MODULES = {
  'watch-session.js': import.meta.resolve('@latchkey/browser/watch-session.js'),
  'keep-socket.js': import.meta.resolve('@latchkey/browser/keep-socket.js'),
}

/** The style sheet, the scripts and the picture; open to everybody. */
export async function assets(app: FastifyInstance): Promise<void> {
  const serve = (path: string, type: string, content: Buffer | string) =>
    app.get(path, { config: { public: true } }, async (_request, reply) => {
      return reply.type(type).header('cache-control', 'public, max-age=300').send(content)
    })
  for (const [name, type] of Object.entries(TYPES)) {
    serve(`/${name}`, type, readFileSync(new URL(`../assets/${name}`, import.meta.url)))
  }
  for (const [name, address] of Object.entries(MODULES)) {
    serve(`/latchkey/${name}`, TYPES['live.js'], browserModule(address))
  }
}

/** As it was published; or, where everything runs from source, the source without its types. */
function browserModule(address: string): string {
  const text = readFileSync(new URL(address), 'utf8')
  return address.endsWith('.ts') ? stripTypeScriptTypes(text) : text
}
