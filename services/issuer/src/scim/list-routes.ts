/** The two ways to ask for a list of resources: RFC 7644 sections 3.4.2 (GET) and 3.4.3 (POST `.search`). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ListRequest, readList, searchBody } from './lists.ts'
import type { Document } from './schemas/canonical.ts'

/** @param path of the resources, such as `/scim/v2/Users` */
export function listRoutes(
  app: FastifyInstance,
  path: string,
  send: (request: FastifyRequest, reply: FastifyReply, list: ListRequest) => Promise<FastifyReply>,
): void {
  const config = { config: { granted: true } } as const
  app.get(path, config, async (request, reply) =>
    send(request, reply, readList(request.query as Document)),
  )
  app.post(`${path}/.search`, config, async (request, reply) =>
    send(request, reply, readList(searchBody(request.body))),
  )
}
