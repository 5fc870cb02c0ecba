/** Signed request objects: RFC 9101; where they are not supported, OpenID Connect Core section 6. */
import { authorize, codeOf, expectErrorPage, expectRefusal } from '../flows/authorize.ts'
import { unsignedJwt } from '../flows/client-assertion.ts'
import { proofKeyPair } from '../flows/proof-of-possession.ts'
import { authorizeSigned, type RequestObjectOptions } from '../flows/request-object.ts'
import { granted, redeem } from '../flows/tokens.ts'
import { expectEqual, expectThat } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Rule, type Suite, should } from '../rule/rule.ts'

const NEEDS = ['client request_object', 'flag request_parameter_supported'] as const

/** RFC 9101 section 7.1: this code, or the one that RFC 6749 has for malformed requests. */
const ERRORS = ['invalid_request_object', 'invalid_request'] as const

function refused(
  id: string,
  spec: string,
  title: string,
  options: RequestObjectOptions | (() => Promise<RequestObjectOptions>),
): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    const given = typeof options === 'function' ? await options() : options
    expectRefusal(await authorizeSigned(issuer, given), ...ERRORS, 'invalid_client')
  })
}

const ACCEPTED = [
  must(
    'jar.signed',
    'RFC 9101 §5',
    'A request whose parameters stand in a signed request object leads to tokens.',
    NEEDS,
    async (issuer) => {
      granted(await redeem(issuer, await authorizeSigned(issuer), 'request_object'))
    },
  ),
  must(
    'jar.only-inside',
    'RFC 9101 §6.3',
    'Parameters beside the request object have no effect.',
    NEEDS,
    async (issuer) => {
      const beside = { state: 'outside', nonce: 'outside', scope: 'openid email phone' }
      codeOf(await authorizeSigned(issuer, { beside }))
    },
  ),
  must(
    'jar.state-outside',
    'RFC 9101 §6.3',
    'A state that stands only beside the request object does not come back.',
    NEEDS,
    async (issuer) => {
      const changes = { state: undefined }
      codeOf(await authorizeSigned(issuer, { changes, beside: { state: 'outside' } }))
    },
  ),
  should(
    'jar.clock',
    'FAPI 2.0 §5.3.2.1',
    'A request object from a clock 8 seconds ahead is accepted.',
    NEEDS,
    async (issuer) => {
      const ahead = Math.floor(Date.now() / 1000) + 8
      codeOf(await authorizeSigned(issuer, { claims: { iat: ahead, nbf: ahead } }))
    },
  ),
]

const REFUSED = [
  refused('jar.unsigned', 'RFC 9101 §6.1', 'A request object with alg none is refused.', {
    write: unsignedJwt,
  }),
  refused(
    'jar.foreign-key',
    'RFC 9101 §6.2',
    'A request object signed with a key that is not the client’s is refused.',
    async () => ({ key: (await proofKeyPair()).privateKey }),
  ),
  refused('jar.malformed', 'RFC 9101 §6.1', 'A request object that is no JWT is refused.', {
    write: () => 'no.jwt',
  }),
  refused('jar.audience', 'RFC 9101 §4', 'A request object for another audience is refused.', {
    claims: { aud: 'https://other.example' },
  }),
  refused('jar.issuer', 'RFC 9101 §5', 'A request object whose iss is not the client is refused.', {
    claims: { iss: 'another-client' },
  }),
  refused('jar.expired', 'RFC 9101 §4', 'A request object that has expired is refused.', {
    claims: { exp: Math.floor(Date.now() / 1000) - 300 },
  }),
  refused(
    'jar.client-id-differs',
    'RFC 9101 §5',
    'The client_id in the request object must be the one beside it.',
    { claims: { client_id: 'another-client' } },
  ),
  refused('jar.nested', 'RFC 9101 §4', 'A request object inside a request object is refused.', {
    claims: { request: 'a.b.c' },
  }),
  refused(
    'jar.redirect-uri',
    'RFC 9101 §6.3',
    'A foreign redirect_uri in a request object leads nowhere.',
    { claims: { redirect_uri: 'https://attacker.example/' } },
  ),
  refused('jar.request-and-uri', 'RFC 9101 §5', 'request and request_uri together are refused.', {
    beside: { request_uri: 'https://attacker.example/object' },
  }),
]

const REFUSALS: readonly string[] = [...ERRORS, 'request_not_supported']

const UNSUPPORTED = [
  must(
    'jar.not-supported',
    'Core §6.1',
    'An issuer without request objects says request_not_supported, and takes nothing from the object.',
    ['client basic'],
    async (issuer) => {
      if (issuer.metadata['request_parameter_supported'] === true) {
        throw new NotOffered('the issuer supports request objects')
      }
      const changes = { request: unsignedJwt({ client_id: issuer.client('basic').id }) }
      expectRefusal(await authorize(issuer, { changes }), 'request_not_supported')
    },
  ),
  must(
    'jar.unsigned-handled',
    'Core §6.1',
    'An unsigned request object is used wholly or refused, never ignored.',
    ['client basic'],
    async (issuer) => {
      const authorization = await authorize(issuer, {
        arranged: (parameters) => ({
          ...parameters,
          request: unsignedJwt({ ...parameters, state: 'inside' }),
        }),
      })
      const { journey } = authorization
      if (journey.kind === 'page') return expectErrorPage(authorization)
      const error = journey.parameters.get('error')
      if (error === null) expectEqual(journey.parameters.get('state'), 'inside', 'state')
      else expectThat(REFUSALS.includes(error), error, REFUSALS.join(' or '))
    },
  ),
  must(
    'jar.request-uri-not-fetched',
    'RFC 9101 §10.4',
    'A request_uri of anybody’s is not fetched without being registered: it is refused.',
    ['client basic'],
    async (issuer) => {
      const changes = { request_uri: 'http://127.0.0.1:9/request-object' }
      const answer = await authorize(issuer, { changes })
      expectRefusal(answer, 'request_uri_not_supported', 'invalid_request_uri', 'invalid_request')
    },
  ),
]

export const jarSuite: Suite = {
  name: 'jar',
  title: 'Request objects (RFC 9101)',
  rules: [...ACCEPTED, ...REFUSED, ...UNSUPPORTED],
}
