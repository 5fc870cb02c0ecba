/** Bad input at every endpoint: RFC 6749 sections 3.1 and 3.2, RFC 9110 section 15.5, RFC 6750 section 3. */
import { basicCredentials, encodeForm } from '../flows/client-request.ts'
import { FORM_TYPE } from '../http/browser.ts'
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { describe, expectThat, header } from '../rule/expect.ts'
import { must, type Rule, type Suite, should } from '../rule/rule.ts'

/** Endpoints that take forms of programs. */
const FORM_ENDPOINTS = [
  'token_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'pushed_authorization_request_endpoint',
  'device_authorization_endpoint',
] as const

/** Where an error answer has this it tells about the inside of the issuer. */
const INSIDE =
  /\bat .*\(.*:\d+:\d+\)|node_modules|\/src\/|\.ts:\d+|Error: |SELECT .* FROM|ECONNREFUSED/

interface BadInput {
  readonly method?: string
  readonly contentType?: string
  readonly body?: string
}

async function post(issuer: Issuer, endpoint: string, input: BadInput): Promise<Answer> {
  const { id, secret = '' } = issuer.client('basic')
  return await issuer.send({
    method: input.method ?? 'POST',
    url: issuer.endpoint(endpoint),
    headers: {
      ...basicCredentials(id, secret).headers,
      accept: 'application/json',
      'content-type': input.contentType ?? FORM_TYPE,
    },
    ...(input.body !== undefined && { body: input.body }),
  })
}

/** A refusal of the client: 4xx, nothing of the inside, nothing stored. */
function expectRefused(answer: Answer): void {
  const isRefused = answer.status >= 400 && answer.status < 500
  expectThat(isRefused, describe(answer), 'a status from 400 to 499')
  expectThat(
    !INSIDE.test(answer.text),
    `an answer that shows the inside: ${answer.text}`,
    'no inside',
  )
}

function everywhere(id: string, spec: string, title: string, input: BadInput): Rule {
  return must(id, spec, title, ['client basic'], async (issuer) => {
    for (const endpoint of FORM_ENDPOINTS) {
      if (typeof issuer.metadata[endpoint] === 'string') {
        expectRefused(await post(issuer, endpoint, input))
      }
    }
  })
}

const TOKEN_FORM = { grant_type: 'authorization_code', code: 'x', token: 'x' }

const INPUTS = [
  everywhere('hygiene.json-body', 'RFC 6749 §3.2', 'A JSON body is no form.', {
    contentType: 'application/json',
    body: JSON.stringify(TOKEN_FORM),
  }),
  everywhere('hygiene.text-body', 'RFC 6749 §3.2', 'A text body is no form.', {
    contentType: 'text/plain',
    body: encodeForm(TOKEN_FORM),
  }),
  everywhere(
    'hygiene.multipart-body',
    'RFC 6749 §3.2',
    'A multipart body is no form of this kind.',
    {
      contentType: 'multipart/form-data; boundary=x',
      body: '--x\r\ncontent-disposition: form-data; name="grant_type"\r\n\r\nx\r\n--x--\r\n',
    },
  ),
  everywhere(
    'hygiene.repeated-parameter',
    'RFC 6749 §3.2',
    'A parameter that stands there twice makes the request invalid.',
    {
      body: 'grant_type=authorization_code&grant_type=authorization_code&token=x&token=x&client_id=a&client_id=b&code=x&code=y&scope=openid&scope=email&response_type=code&response_type=code',
    },
  ),
  everywhere('hygiene.broken-encoding', 'RFC 6749 §B', 'A broken percent-encoding is refused.', {
    body: 'grant_type=%E0%A4%A&token=%&client_id=%zz&code=%E0%A4%A&scope=%ff&response_type=%00',
  }),
  everywhere('hygiene.oversize', 'RFC 9110 §15.5.14', 'A body of 2 MB is refused.', {
    body: `grant_type=${'x'.repeat(2_000_000)}&token=`,
  }),
]

const METHODS = [
  must(
    'hygiene.method',
    'RFC 9110 §15.5.6',
    'Endpoints that are POST only refuse every other method.',
    ['client basic'],
    async (issuer) => {
      for (const endpoint of FORM_ENDPOINTS) {
        if (typeof issuer.metadata[endpoint] !== 'string') continue
        for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
          expectRefused(await post(issuer, endpoint, { method }))
        }
      }
    },
  ),
  should(
    'hygiene.allow',
    'RFC 9110 §15.5.6',
    'The refusal is 405 and names the method that is allowed.',
    ['client basic'],
    async (issuer) => {
      for (const endpoint of FORM_ENDPOINTS) {
        if (typeof issuer.metadata[endpoint] !== 'string') continue
        const answer = await post(issuer, endpoint, { method: 'GET' })
        const allow = header(answer, 'allow')
        const isRight = answer.status === 405 && /\bPOST\b/.test(allow)
        expectThat(isRight, `${answer.status}, allow "${allow}"`, '405, allow POST')
      }
    },
  ),
]

const ERRORS = [
  must(
    'hygiene.error-description',
    'RFC 6749 §5.2',
    'error and error_description have only the characters that they may have.',
    ['client basic'],
    async (issuer) => {
      const inputs = [
        { grant_type: 'urn:example:"quoted"\\\r\nevil: 世界' },
        { grant_type: 'authorization_code', code: '"\\\u0007é' },
        { grant_type: 'refresh_token', refresh_token: '"\\\u0007é' },
      ]
      for (const input of inputs) {
        const answer = await post(issuer, 'token_endpoint', { body: encodeForm(input) })
        const { error, error_description } = JSON.parse(answer.text)
        for (const text of [error, error_description ?? '']) {
          const isClean = /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(text)
          expectThat(
            isClean,
            JSON.stringify(text),
            'printable ASCII without quotes and backslashes',
          )
        }
      }
    },
  ),
  must(
    'hygiene.header-injection',
    'RFC 6749 §10.14',
    'A line break in a parameter breaks no header.',
    ['client basic'],
    async (issuer) => {
      const url = `${issuer.endpoint('authorization_endpoint')}?client_id=x%0d%0aevil:%20yes&state=%0d%0aevil:%20yes`
      const answer = await issuer.send({ url })
      expectThat(answer.headers['evil'] === undefined, 'a header of the attacker', 'none')
    },
  ),
  must(
    'hygiene.page-injection',
    'RFC 6749 §10.14',
    'What a page repeats from the request is escaped.',
    ['client basic'],
    async (issuer) => {
      const mark = '"><script>alert(1)</script>'
      for (const name of ['client_id', 'login_hint', 'ui_locales', 'state']) {
        const client_id = issuer.client('basic').id
        const query = new URLSearchParams({ client_id, [name]: mark })
        const answer = await issuer.send({
          url: `${issuer.endpoint('authorization_endpoint')}?${query}`,
        })
        expectThat(!answer.text.includes(mark), `${name} as it came`, 'escaped text')
      }
    },
  ),
]

export const hygieneSuite: Suite = {
  name: 'hygiene',
  title: 'Bad input',
  rules: [...INPUTS, ...METHODS, ...ERRORS],
}
