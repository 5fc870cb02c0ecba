/** Pushed authorization requests: RFC 9126. */
import { authorizationRequest } from '../flows/authorization-request.ts'
import {
  authorize,
  codeOf,
  expectErrorPage,
  expectErrorRedirect,
  expectRefusal,
} from '../flows/authorize.ts'
import { basicCredentials } from '../flows/client-request.ts'
import { authorizePushed, push, pushed } from '../flows/push.ts'
import { granted, redeem } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import {
  expectError,
  expectNotStored,
  expectStatus,
  expectThat,
  jsonOf,
  shown,
  textMember,
} from '../rule/expect.ts'
import { pause } from '../rule/pause.ts'
import { must, type Suite, should, slow } from '../rule/rule.ts'

const NEEDS = ['client basic', 'endpoint pushed_authorization_request_endpoint'] as const

async function pushDefault(
  issuer: Issuer,
  changes: Readonly<Record<string, string | undefined>> = {},
) {
  return await push(issuer, 'basic', authorizationRequest(issuer, 'basic', changes).parameters)
}

const PUSHING = [
  must(
    'par.success',
    'RFC 9126 §2.2',
    'A pushed request is 201 with request_uri and a positive expires_in, stored by nobody.',
    NEEDS,
    async (issuer) => {
      const answer = await pushDefault(issuer)
      expectStatus(answer, 201)
      expectNotStored(answer)
      const body = jsonOf(answer)
      textMember(body, 'request_uri')
      const seconds = body['expires_in']
      const isPositive = Number.isInteger(seconds) && Number(seconds) > 0
      expectThat(isPositive, `expires_in ${shown(seconds)}`, 'a positive number of seconds')
    },
  ),
  must(
    'par.flow',
    'RFC 9126 §4',
    'The authorization endpoint takes client_id and request_uri for the whole request.',
    NEEDS,
    async (issuer) => {
      granted(await redeem(issuer, await authorizePushed(issuer, 'basic')))
    },
  ),
  must(
    'par.request-uri-in-push',
    'RFC 9126 §2.1',
    'A push that carries a request_uri is refused.',
    NEEDS,
    async (issuer) => {
      const answer = await pushDefault(issuer, {
        request_uri: 'urn:ietf:params:oauth:request_uri:x',
      })
      expectError(answer, ['invalid_request', 'request_uri_not_supported', 'invalid_request_uri'])
    },
  ),
  must(
    'par.validated',
    'RFC 9126 §2.1',
    'A push is checked like an authorization request: a foreign redirect_uri is refused at once.',
    NEEDS,
    async (issuer) => {
      const answer = await pushDefault(issuer, {
        redirect_uri: 'https://attacker.example/callback',
      })
      expectError(answer, ['invalid_request', 'invalid_redirect_uri'])
    },
  ),
  must(
    'par.response-type',
    'RFC 9126 §2.3',
    'Faults of the request are told by the error codes of the authorization endpoint.',
    NEEDS,
    async (issuer) => {
      const answer = await pushDefault(issuer, { response_type: 'no-such-type' })
      expectError(answer, ['unsupported_response_type', 'invalid_request'])
    },
  ),
  must(
    'par.credentials',
    'RFC 9126 §2.1',
    'A client authenticates as at the token endpoint: a wrong secret is 401 invalid_client.',
    NEEDS,
    async (issuer) => {
      const credentials = basicCredentials(issuer.client('basic').id, 'wrong'.repeat(8))
      const { parameters } = authorizationRequest(issuer, 'basic')
      const answer = await push(issuer, 'basic', parameters, { credentials })
      expectError(answer, ['invalid_client'], [401])
    },
  ),
  must(
    'par.client-id',
    'RFC 9126 §2.1',
    'The client_id in the body must be that of the client that authenticates.',
    [...NEEDS, 'client second'],
    async (issuer) => {
      const answer = await pushDefault(issuer, { client_id: issuer.client('second').id })
      expectError(answer, ['invalid_request', 'invalid_client'], [400, 401])
    },
  ),
  must(
    'par.get',
    'RFC 9126 §2.3',
    'Any other method than POST is refused.',
    NEEDS,
    async (issuer) => {
      const url = issuer.endpoint('pushed_authorization_request_endpoint')
      for (const method of ['GET', 'PUT']) {
        const answer = await issuer.send({ method, url })
        expectThat(
          [404, 405].includes(answer.status),
          `status ${answer.status} for ${method}`,
          '405',
        )
      }
    },
  ),
]

const USING = [
  must(
    'par.other-client',
    'RFC 9126 §2.2',
    'A request_uri is of no use to another client.',
    [...NEEDS, 'client second'],
    async (issuer) => {
      const { request_uri } = pushed(await pushDefault(issuer), '')
      const client_id = issuer.client('second').id
      const answer = await authorize(issuer, { arranged: () => ({ client_id, request_uri }) })
      expectErrorPage(answer)
    },
  ),
  must(
    'par.unknown',
    'RFC 9126 §4',
    'A request_uri that was never given out is refused.',
    NEEDS,
    async (issuer) => {
      const request_uri = 'urn:ietf:params:oauth:request_uri:never-given-out'
      const client_id = issuer.client('basic').id
      const answer = await authorize(issuer, { arranged: () => ({ client_id, request_uri }) })
      expectRefusal(answer, 'invalid_request_uri', 'invalid_request')
    },
  ),
  should(
    'par.used',
    'RFC 9126 §4',
    'A request_uri that has led to a code does not lead to another one.',
    NEEDS,
    async (issuer) => {
      const sent = pushed(await pushDefault(issuer), issuer.client('basic').id)
      const first = await authorize(issuer, { arranged: () => sent, changes: { state: undefined } })
      expectThat(first.journey.kind === 'returned', 'a page', 'a code the first time')
      const { journey } = await authorize(issuer, {
        arranged: () => sent,
        changes: { state: undefined },
      })
      const isCode = journey.kind === 'returned' && journey.parameters.has('code')
      expectThat(!isCode, 'a second code', 'invalid_request_uri')
    },
  ),
  must(
    'par.before-sign-in',
    'FAPI 2.0 §5.3.2.2',
    'Until somebody has signed in, the same request_uri can be opened again.',
    NEEDS,
    async (issuer) => {
      const { parameters } = authorizationRequest(issuer, 'basic')
      const sent = pushed(await push(issuer, 'basic', parameters), issuer.client('basic').id)
      const changes = { state: parameters['state'] }
      const browser = issuer.browser()
      const first = await authorize(issuer, {
        browser,
        arranged: () => sent,
        changes,
        person: null,
      })
      expectThat(first.journey.kind === 'page', 'no page', 'the sign-in page')
      codeOf(await authorize(issuer, { browser: issuer.browser(), arranged: () => sent, changes }))
    },
  ),
  must(
    'par.only-pushed-parameters',
    'RFC 9101 §6.3',
    'Parameters beside the request_uri change nothing of the pushed request.',
    NEEDS,
    async (issuer) => {
      const { parameters } = authorizationRequest(issuer, 'basic')
      const sent = pushed(await push(issuer, 'basic', parameters), issuer.client('basic').id)
      const authorization = await authorize(issuer, {
        arranged: () => ({ ...sent, state: 'another', redirect_uri: 'https://attacker.example/' }),
        changes: { state: parameters['state'] },
      })
      codeOf(authorization)
    },
  ),
  must(
    'par.state-outside',
    'RFC 9101 §6.3',
    'A state that stands only beside the request_uri does not come back.',
    NEEDS,
    async (issuer) => {
      const changes = { state: undefined }
      const { parameters } = authorizationRequest(issuer, 'basic', changes)
      const sent = pushed(await push(issuer, 'basic', parameters), issuer.client('basic').id)
      const arranged = () => ({ ...sent, state: 'outside' })
      codeOf(await authorize(issuer, { arranged, changes }))
    },
  ),
  must(
    'par.redirect-uri-missing',
    'Core §3.1.2.1',
    'An OpenID request without redirect_uri is refused when it is pushed.',
    NEEDS,
    async (issuer) => {
      expectError(await pushDefault(issuer, { redirect_uri: undefined }), ['invalid_request'])
    },
  ),
  must(
    'par.required',
    'RFC 9126 §6',
    'A client that is registered to push can not send its request through the browser.',
    [...NEEDS, 'client par_required'],
    async (issuer) => {
      expectRefusal(await authorize(issuer, { client: 'par_required' }), 'invalid_request')
      codeOf(await authorizePushed(issuer, 'par_required'))
    },
  ),
  should(
    'par.lifetime',
    'FAPI 2.0 §5.3.2.2',
    'A pushed request lives less than 600 seconds.',
    NEEDS,
    async (issuer) => {
      const seconds = jsonOf(await pushDefault(issuer))['expires_in']
      expectThat(Number(seconds) < 600, `expires_in ${shown(seconds)}`, 'less than 600')
    },
  ),
  slow(
    must(
      'par.expired',
      'RFC 9126 §2.2',
      'A pushed request that is too old is refused.',
      [...NEEDS, 'setting pushedRequestSeconds'],
      async (issuer) => {
        const sent = pushed(await pushDefault(issuer), issuer.client('basic').id)
        await pause((issuer.settings.pushedRequestSeconds ?? 0) + 1)
        const browser = issuer.browser()
        const answer = await authorize(issuer, { browser, arranged: () => sent, person: null })
        expectRefusal(answer, 'invalid_request_uri', 'invalid_request')
      },
    ),
  ),
  must(
    'par.error-redirect',
    'RFC 9126 §4',
    'What only shows later is told to the client with the pushed state: prompt=none where nobody is signed in.',
    NEEDS,
    async (issuer) => {
      const answer = await authorizePushed(issuer, 'basic', {
        changes: { prompt: 'none' },
        browser: issuer.browser(),
        person: null,
      })
      expectErrorRedirect(answer, 'login_required')
    },
  ),
]

export const parSuite: Suite = {
  name: 'par',
  title: 'Pushed authorization requests (RFC 9126)',
  rules: [...PUSHING, ...USING],
}
