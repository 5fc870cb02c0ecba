/** GET /.well-known/ssf-configuration: Shared Signals Framework 1.0 section 7, CAEP Interoperability Profile section 2.3. */
import type { FastifyInstance } from 'fastify'
import { POLL, PUSH } from '../signals/stream-view.ts'

/** An issuer has no path, so nothing is inserted (section 7.2.1). */
export function ssfConfiguration({ issuer }: { readonly issuer: string }) {
  const body = JSON.stringify({
    spec_version: '1_0',
    issuer,
    jwks_uri: `${issuer}/jwks`,
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: `${issuer}/ssf/streams`,
    status_endpoint: `${issuer}/ssf/status`,
    add_subject_endpoint: `${issuer}/ssf/subjects/add`,
    remove_subject_endpoint: `${issuer}/ssf/subjects/remove`,
    verification_endpoint: `${issuer}/ssf/verification`,
    // A session is told apart from the person only by who reads both members (section 3.3).
    critical_subject_members: ['session'],
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
    // Of the people that have signed in at the receiver, and nobody else.
    default_subjects: 'ALL',
  })
  return async (app: FastifyInstance) => {
    app.get('/.well-known/ssf-configuration', async (_request, reply) => {
      return await reply
        .header('cache-control', 'public, max-age=300')
        .header('access-control-allow-origin', '*')
        .type('application/json; charset=utf-8')
        .send(body)
    })
  }
}
