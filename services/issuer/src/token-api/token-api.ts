import type { FastifyInstance } from 'fastify'
import { type CorsDeps, cors } from '../http/cors.ts'
import { jsonBody } from '../http/json-body.ts'
import { type JsonEndpointsDeps, jsonEndpoints } from './json-endpoints.ts'
import { type SimplejwtDeps, simplejwt } from './simplejwt.ts'

export interface TokenApiDeps extends JsonEndpointsDeps, Omit<SimplejwtDeps, 'simplejwtClient'> {
  readonly origins: CorsDeps['origins']
  /** Absent: there are no addresses under `/api/token/simplejwt/`. */
  readonly simplejwtClient?: string | undefined
}

/** Passwords for tokens without pages, for the operator's own apps. Each client has to be opted in. */
export function tokenApi(deps: TokenApiDeps) {
  return async (app: FastifyInstance) => {
    jsonBody(app)
    cors(app, deps)
    await app.register(jsonEndpoints(deps))
    const { simplejwtClient } = deps
    if (simplejwtClient !== undefined) await app.register(simplejwt({ ...deps, simplejwtClient }))
  }
}
