import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import t from 'tap'
import { authenticateClient } from '../src/client-authentication.ts'
import { parseParameters } from '../src/http/parameters.ts'

const secrets: Record<string, string> = {
  basic: 'secret-of-basic',
  post: 'secret-of-post',
  'strange id:1': 'p%+ ss:wörd',
  off: 'secret-of-off',
}

function client(id: string, authMethod: Client['authMethod'], disabled = false): Client {
  return {
    id,
    name: id,
    redirectUris: [],
    postLogoutRedirectUris: [],
    grantTypes: [],
    authMethod,
    requirePkce: true,
    services: [],
    firstParty: true,
    grants: [],
    idTokenAlg: 'RS256',
    disabled,
  }
}

const known = [
  client('basic', 'client_secret_basic'),
  client('post', 'client_secret_post'),
  client('open', 'none'),
  client('strange id:1', 'client_secret_basic'),
  client('off', 'client_secret_basic', true),
]

const clients = {
  find: async (id: string) => known.find((one) => one.id === id),
  checkSecret: (one: Client, secret: string) => secrets[one.id] === secret,
}

const raw = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
const basic = (id: string, secret: string) => raw(`${encode(id)}:${encode(secret)}`)

async function outcome(authorization: string | undefined, body: string): Promise<string> {
  try {
    return (await authenticateClient(authorization, parseParameters(body), clients)).id
  } catch (error) {
    if (error instanceof OAuthError) return `${error.code} ${error.reason}`
    throw error
  }
}

t.test('RFC 6749 section 2.3, attacks D1 to D4: client authentication', async (t) => {
  const cases: [string, string | undefined, string, string][] = [
    ['client_secret_basic', basic('basic', 'secret-of-basic'), '', 'basic'],
    [
      'the scheme has no case',
      basic('basic', 'secret-of-basic').replace('Basic', 'bAsIc'),
      '',
      'basic',
    ],
    ['client_secret_post', undefined, 'client_id=post&client_secret=secret-of-post', 'post'],
    ['a public client names itself', undefined, 'client_id=open', 'open'],
    [
      'id and secret are form-urlencoded before base64',
      basic('strange id:1', 'p%+ ss:wörd'),
      '',
      'strange id:1',
    ],
    [
      'the id may stand in the body too',
      basic('basic', 'secret-of-basic'),
      'client_id=basic',
      'basic',
    ],
    [
      'another id in the body',
      basic('basic', 'secret-of-basic'),
      'client_id=post',
      'invalid_request client_id_differs',
    ],
    [
      'two methods at once',
      basic('basic', 'secret-of-basic'),
      'client_secret=secret-of-basic',
      'invalid_request two_client_authentications',
    ],
    [
      'a method other than registered: post for basic',
      undefined,
      'client_id=basic&client_secret=secret-of-basic',
      'invalid_client method_not_registered',
    ],
    [
      'a method other than registered: basic for post',
      basic('post', 'secret-of-post'),
      '',
      'invalid_client method_not_registered',
    ],
    [
      'a confidential client without its secret',
      undefined,
      'client_id=basic',
      'invalid_client method_not_registered',
    ],
    [
      'a public client that sends a secret',
      undefined,
      'client_id=open&client_secret=x',
      'invalid_client method_not_registered',
    ],
    [
      'a public client in the header',
      basic('open', ''),
      '',
      'invalid_client method_not_registered',
    ],
    ['a wrong secret', basic('basic', 'wrong'), '', 'invalid_client secret_wrong'],
    ['an empty secret', basic('basic', ''), '', 'invalid_client secret_wrong'],
    ['an unknown client', basic('nobody', 'x'), '', 'invalid_client client_unknown'],
    ['a disabled client', basic('off', 'secret-of-off'), '', 'invalid_client client_disabled'],
    ['nothing', undefined, '', 'invalid_client credentials_missing'],
    ['base64 that is none', 'Basic ***', '', 'invalid_client authorization_malformed'],
    ['no colon', raw('basic'), '', 'invalid_client authorization_malformed'],
    ['broken percent-encoding', raw('basic:%zz'), '', 'invalid_client authorization_malformed'],
    ['another scheme', 'Bearer abc', '', 'invalid_client authorization_malformed'],
    [
      'an assertion',
      undefined,
      'client_id=basic&client_assertion=x',
      'invalid_client assertion_unsupported',
    ],
  ]
  for (const [name, authorization, body, expected] of cases) {
    t.test(name, async (t) => t.equal(await outcome(authorization, body), expected))
  }
  t.test('the description never tells which part was wrong', async (t) => {
    for (const authorization of [
      basic('nobody', 'x'),
      basic('basic', 'wrong'),
      basic('off', 'secret-of-off'),
    ]) {
      const failed = authenticateClient(authorization, parseParameters(''), clients)
      const error = await failed.then(
        () => undefined,
        (caught: unknown) => caught,
      )
      t.match(error, { code: 'invalid_client', description: 'client authentication failed' })
    }
  })
})
