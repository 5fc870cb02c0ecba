import { AsyncLocalStorage } from 'node:async_hooks'
import type { FastifyInstance } from 'fastify'
import { type RequestFacts, requestFacts } from './request-facts.ts'

const scope = new AsyncLocalStorage<RequestFacts | undefined>()

/** From here on everything that a request does knows which one it is, however deep it is done. */
export function requestScope(app: FastifyInstance): void {
  // After the body has been read: its events belong to the connection, which may carry several requests.
  app.addHook('preValidation', (request, _, done) => scope.run(requestFacts(request), done))
}

/** The request that is being answered; undefined for what the issuer does by itself. */
export function currentRequest(): RequestFacts | undefined {
  return scope.getStore()
}

/** What is begun here belongs to no request, such as work that several of them have left for later. */
export function outsideRequests<T>(work: () => T): T {
  return scope.run(undefined, work)
}
