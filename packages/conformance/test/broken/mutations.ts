import type { Mutation, Passing, Returning } from './mutating-proxy.ts'

/** One small fault in an issuer that is good otherwise, and exactly the rules of these suites that tell. */
export interface NamedMutation extends Mutation {
  readonly name: string
  readonly suites: readonly string[]
  readonly breaks: readonly string[]
}

const at = (path: string, { target }: Passing) => target.split('?')[0] === path

/** Changes the query of a redirect back to a client. */
function redirected(returning: Returning, change: (query: URLSearchParams) => void): Returning {
  const { location } = returning.headers
  if (typeof location !== 'string' || !location.includes('.example/')) return returning
  const url = new URL(location)
  change(url.searchParams)
  return { ...returning, headers: { ...returning.headers, location: url.href } }
}

/** Changes the parameters of a request, in the query or in the form. */
function sent(passing: Passing, change: (parameters: URLSearchParams) => void): Passing {
  const [path = '', query = ''] = passing.target.split('?')
  const inQuery = new URLSearchParams(query)
  const inForm = new URLSearchParams(passing.body)
  change(inQuery)
  change(inForm)
  const isForm = String(passing.headers['content-type']).includes('form-urlencoded')
  return {
    ...passing,
    target: query === '' ? path : `${path}?${inQuery}`,
    body: isForm ? inForm.toString() : passing.body,
  }
}

function json(returning: Returning, change: (body: Record<string, unknown>) => object): Returning {
  if (!String(returning.headers['content-type']).includes('json')) return returning
  return { ...returning, body: JSON.stringify(change(JSON.parse(returning.body))) }
}

function withHeader(returning: Returning, name: string, value: string | undefined): Returning {
  return { ...returning, headers: { ...returning.headers, [name]: value } }
}

export const MUTATIONS: readonly NamedMutation[] = [
  {
    name: 'iss is missing in authorization responses',
    suites: ['iss'],
    breaks: ['iss.success', 'iss.error'],
    answer: (returning) => redirected(returning, (query) => query.delete('iss')),
  },
  {
    name: 'state is shortened',
    suites: ['iss', 'pkce'],
    breaks: [
      'pkce.s256',
      'pkce.longest-verifier',
      'pkce.verifier-wrong',
      'pkce.verifier-missing',
      'pkce.verifier-is-challenge',
      'pkce.plain',
      'pkce.method-missing',
      'pkce.method-unknown',
      'pkce.challenge-malformed',
      'pkce.public-required',
      'pkce.left-out',
      'pkce.downgrade',
    ],
    answer: (returning) =>
      redirected(returning, (query) => query.set('state', query.get('state')?.slice(1) ?? '')),
  },
  {
    name: 'scripts of every origin may read the authorization endpoint',
    suites: ['request'],
    breaks: ['request.cors'],
    answer: (returning, passing) =>
      at('/auth', passing) ? withHeader(returning, 'access-control-allow-origin', '*') : returning,
  },
  {
    name: 'pages may be framed',
    suites: ['request'],
    breaks: ['request.frames'],
    answer: (returning) => withHeader(returning, 'content-security-policy', undefined),
  },
  {
    name: 'invalid_client is told with status 400',
    suites: ['client', 'revocation'],
    breaks: ['client.wrong-secret', 'revocation.credentials'],
    answer: (returning) =>
      returning.body.includes('invalid_client') ? { ...returning, status: 400 } : returning,
  },
  {
    name: 'token answers may be stored',
    suites: ['token'],
    breaks: ['token.no-store', 'token.errors-no-store'],
    answer: (returning, passing) =>
      at('/token', passing) ? withHeader(returning, 'cache-control', undefined) : returning,
  },
  {
    name: 'every fault of a grant is invalid_request',
    suites: ['refresh'],
    breaks: ['refresh.client', 'refresh.unknown'],
    answer: (returning) => ({
      ...returning,
      body: returning.body.replace('"invalid_grant"', '"invalid_request"'),
    }),
  },
  {
    name: 'the verifier is not looked at',
    suites: ['pkce'],
    breaks: ['pkce.downgrade'],
    request: (passing) =>
      sent(passing, (form) => {
        if (form.get('redirect_uri')?.includes('no-pkce')) form.delete('code_verifier')
      }),
  },
  {
    name: 'prompt is not looked at',
    suites: ['oidc'],
    breaks: [
      'oidc.prompt-none-signed-out',
      'oidc.prompt-none-alone',
      'oidc.prompt-login',
      'oidc.id-token-hint-other',
      'oidc.consent-denied',
      'oidc.consent-required',
      'oidc.prompt-consent',
    ],
    request: (passing) => sent(passing, (query) => query.delete('prompt')),
  },
  {
    name: 'max_age is not looked at',
    suites: ['oidc'],
    breaks: [
      'oidc.prompt-login',
      'oidc.max-age-passed',
      'oidc.max-age-not-passed',
      'oidc.max-age-zero',
      'oidc.max-age-malformed',
    ],
    request: (passing) => sent(passing, (query) => query.delete('max_age')),
  },
  {
    name: 'the nonce is not looked at',
    suites: ['id-token'],
    breaks: ['id-token.nonce'],
    request: (passing) => sent(passing, (query) => query.delete('nonce')),
  },
  {
    name: 'user info is about somebody else',
    suites: ['userinfo'],
    breaks: ['userinfo.get', 'userinfo.post'],
    answer: (returning, passing) =>
      at('/me', passing) ? json(returning, (body) => ({ ...body, sub: 'eve' })) : returning,
  },
  {
    name: 'revocation is promised and not done',
    suites: ['revocation'],
    breaks: [
      'revocation.refresh-token',
      'revocation.refresh-token-ends-access',
      'revocation.access-token',
      'revocation.wrong-hint',
    ],
    request: (passing) =>
      at('/token/revocation', passing)
        ? sent(passing, (form) => {
            if (form.has('token')) form.set('token', 'another')
          })
        : passing,
  },
  {
    name: 'every token is active',
    suites: ['introspection'],
    breaks: [
      'introspection.unknown',
      'introspection.altered',
      'introspection.revoked',
      'introspection.code',
      'introspection.other-caller',
    ],
    answer: (returning, passing) =>
      at('/token/introspection', passing) && returning.status === 200
        ? json(returning, (body) => ({ ...body, active: true }))
        : returning,
  },
  {
    name: 'resources are not looked at',
    suites: ['resource'],
    breaks: [
      'resource.not-allowed',
      'resource.relative',
      'resource.fragment',
      'resource.token-request',
      'resource.refresh',
    ],
    request: (passing) => sent(passing, (parameters) => parameters.delete('resource')),
  },
  {
    name: 'proofs of possession are not looked at',
    suites: ['dpop'],
    breaks: [
      'dpop.token-type',
      'dpop.userinfo',
      'dpop.scheme-case',
      'dpop.as-bearer',
      'dpop.refresh-other-key',
      'dpop.method',
      'dpop.address',
      'dpop.old',
      'dpop.future',
      'dpop.no-jti',
      'dpop.no-iat',
      'dpop.type',
      'dpop.key-missing',
      'dpop.key-other',
      'dpop.private-key',
      'dpop.malformed',
      'dpop.code-bound',
    ],
    request: (passing) => ({ ...passing, headers: { ...passing.headers, dpop: undefined } }),
  },
  {
    name: 'a request_uri in a push is dropped',
    suites: ['par'],
    breaks: ['par.request-uri-in-push'],
    request: (passing) =>
      at('/request', passing) ? sent(passing, (form) => form.delete('request_uri')) : passing,
  },
  {
    name: 'people are sent wherever they want after signing out',
    suites: ['logout'],
    breaks: [
      'logout.unregistered-uri',
      'logout.query-added',
      'logout.unsigned-hint',
      'logout.foreign-hint',
      'logout.other-client',
    ],
    answer: (returning, { target, body }) => {
      const { searchParams } = new URL(target, 'http://x')
      const uri =
        searchParams.get('post_logout_redirect_uri') ??
        new URLSearchParams(body).get('post_logout_redirect_uri')
      if (!target.startsWith('/session/end') || uri === null) return returning
      return returning.status < 400
        ? returning
        : { ...returning, status: 303, headers: { location: uri } }
    },
  },
  {
    name: 'a registered client has the id that it wished for',
    suites: ['registration'],
    breaks: ['registration.own-id'],
    answer: (returning, passing) =>
      passing.body.includes('chosen-by-the-client')
        ? json({ ...returning, status: 201 }, (body) => ({
            ...body,
            client_id: 'chosen-by-the-client',
          }))
        : returning,
  },
]
