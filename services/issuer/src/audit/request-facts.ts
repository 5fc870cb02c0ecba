import type { Actor } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'

/** What an audit record says about the request that something was done by: for the `actor` of an event. */
export type RequestFacts = Required<Pick<Actor, 'address' | 'requestId'>>

export function requestFacts({ ip, id }: Pick<FastifyRequest, 'ip' | 'id'>): RequestFacts {
  return { address: ip, requestId: id }
}
