import { createHash } from 'node:crypto'
import { type Client, type ClientSecret, openSqliteDirectory, type User } from '@latchkey/directory'
import { ACR, type ClaimsRequest, LIMITS, systemClock, systemRandom } from '@latchkey/protocol'
import { clientSecretKey, deriveKey, type SigningKeyRecord, signJwt } from '@latchkey/tokens'
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
  UnsecuredJWT,
} from 'jose'
import t from 'tap'
import { loadSigningKeys } from '../src/keys/signing-keys.ts'
import { CLIENT_SIGNING_ALGS, clientSigning } from '../src/minting/client-signing.ts'
import { type IdTokenRequest, idTokens } from '../src/minting/id-token.ts'
import { subjects } from '../src/minting/subject.ts'
import { idTokenHints } from '../src/reading/id-token-hints.ts'

const ISSUER = 'https://sso.example'
const ORDERS = 'https://orders.example'
const MASTER = Buffer.alloc(32, 1)
const SECRETS: Record<string, string> = {
  app: 'a secret of the app, with more than 32 bytes ü',
  other: 'a secret of the other app, also of more than 32 bytes',
}
/** Those before them, which are still good. */
const OLD_SECRETS: Record<string, string> = {
  app: 'the secret that the app had before, of more than 32 bytes',
}

const directory = await openSqliteDirectory({
  file: ':memory:',
  clock: systemClock,
  random: systemRandom,
})
t.teardown(() => directory.close())
const keys = await loadSigningKeys({
  hintSeconds: 3600,
  issuer: ISSUER,
  stored: directory.keys,
  wrappingKey: deriveKey(MASTER, 'latchkey/key-wrapping/v1'),
  clock: systemClock,
  random: systemRandom,
})
const subjectFor = subjects(deriveKey(MASTER, 'latchkey/pairwise/v1'))
/** The newest first, as the directory gives them. */
const clientSecrets = {
  live: () => [2, 1].map((id) => ({ id, hash: '', createdAt: id })),
  open: ({ id }: Pick<Client, 'id'>, secret: ClientSecret) =>
    secret.id === 2 ? SECRETS[id] : OLD_SECRETS[id],
}
const signing = clientSigning({ issuer: ISSUER, keys, clientSecrets })
const idToken = idTokens({ issuer: ISSUER, signing, subjectFor, clock: systemClock })

/** Only what the code under test looks at. */
const client = (changes: Partial<Client> = {}) =>
  ({
    id: 'app',
    idTokenAlg: 'RS256',
    subjectType: 'public',
    firstParty: false,
    ...changes,
  }) as Client
const ada = {
  sub: 'u_01JD0000000000000000000ADA',
  username: 'ada',
  name: 'Ada',
  email: 'ada@example.com',
  emailVerified: true,
  profile: { given_name: 'Ada' },
  updatedAt: 2,
} as User
const request: IdTokenRequest = {
  client: client(),
  user: ada,
  scope: 'openid email',
  session: {
    sid: 's0_abcdefghijklmnopqrstuv',
    authTime: 1_700_000_000,
    acr: ACR.password,
    amr: ['pwd'],
  },
  accessToken: 'the access token',
  audience: ISSUER,
}
const published = createLocalJWKSet(keys.publicKeys() as unknown as JSONWebKeySet)
/** Another signature: its first character is another one. */
const flipped = (token: string) =>
  token.replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`)
const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

t.test(
  'OpenID Connect Core sections 2 and 10.1: an ID token is signed as the client registered',
  async (t) => {
    for (const idTokenAlg of CLIENT_SIGNING_ALGS) {
      t.test(`${idTokenAlg}: jose verifies it, and at_hash follows the algorithm`, async (t) => {
        const asked = { client: client({ idTokenAlg }), nonce: 'n', shownSecretId: 2 }
        const token = idToken({ ...request, ...asked })
        const options = { algorithms: [idTokenAlg], issuer: ISSUER, audience: 'app', typ: 'JWT' }
        const { payload } =
          idTokenAlg === 'HS256'
            ? await jwtVerify(token, Buffer.from(SECRETS['app'] ?? ''), options)
            : await jwtVerify(token, published, options)
        const hash = idTokenAlg === 'EdDSA' ? 'sha512' : 'sha256'
        const digest = createHash(hash).update('the access token').digest()
        t.match(payload, {
          sub: ada.sub,
          nonce: 'n',
          sid: request.session.sid,
          auth_time: 1_700_000_000,
          acr: ACR.password,
          amr: ['pwd'],
          at_hash: digest.subarray(0, digest.length / 2).toString('base64url'),
        })
        // A key pair is found by its name; a bare secret has none.
        t.equal(decodeProtectedHeader(token).kid === undefined, idTokenAlg === 'HS256')
      })
    }
    t.test('a client of HS256 without a secret is a fault, not an unsigned token', async (t) => {
      const lost = client({ id: 'lost', idTokenAlg: 'HS256' })
      t.throws(() => idToken({ ...request, client: lost }), /without its secret/)
    })
  },
)

t.test('section 5.4: what an ID token says about the person', async (t) => {
  const asked: ClaimsRequest = { id_token: { given_name: null }, userinfo: { name: null } }
  const own = client({ firstParty: true })
  const cases: [string, Partial<IdTokenRequest>, string[]][] = [
    ['nothing, where user info can be asked', {}, []],
    ["the scopes, to the operator's own app", { client: own }, ['email', 'email_verified']],
    [
      'the scopes, when the access token is for a service and opens no user info',
      { audience: ORDERS },
      ['email', 'email_verified'],
    ],
    ['what was asked for by name (section 5.5)', { claims: asked }, ['given_name']],
    ['both', { client: own, claims: asked }, ['email', 'email_verified', 'given_name']],
  ]
  const known = [
    'name',
    'preferred_username',
    'given_name',
    'email',
    'email_verified',
    'updated_at',
  ]
  for (const [name, changes, expected] of cases) {
    t.test(name, async (t) => {
      const claims = payloadOf(idToken({ ...request, ...changes }))
      t.strictSame(known.filter((each) => each in claims).sort(), expected)
    })
  }
  t.test('asking for a protocol claim does not change it', async (t) => {
    const claims = { id_token: { iss: { value: 'https://evil.example' }, sub: null, exp: null } }
    const token = payloadOf(idToken({ ...request, claims }))
    t.match(token, { iss: ISSUER, sub: ada.sub, aud: 'app' })
  })
  t.test('section 8: a pairwise client is told its own subject', async (t) => {
    const pairwise = client({ subjectType: 'pairwise', sectorHost: 'app.example' })
    const { sub } = payloadOf(idToken({ ...request, client: pairwise }))
    t.equal(sub, subjectFor(pairwise, ada.sub))
    t.match(sub, /^p_/)
  })
})

t.test(
  'section 10.1: of two secrets the one signs that the client has, so no app needs both',
  async (t) => {
    const hs256 = { ...request, client: client({ idTokenAlg: 'HS256' }) }
    const onlyOld = { ...hs256, client: client({ id: 'moved', idTokenAlg: 'HS256' }) }
    OLD_SECRETS['moved'] = 'a secret that was given in the clear, while the newer one was not'
    const rows: [string, IdTokenRequest, string | undefined][] = [
      ['the new one, which it has shown', { ...hs256, shownSecretId: 2 }, SECRETS['app']],
      ['the old one, which it has shown', { ...hs256, shownSecretId: 1 }, OLD_SECRETS['app']],
      ['the old one, when it has shown none', hs256, OLD_SECRETS['app']],
      [
        'the old one, when the shown one has ended',
        { ...hs256, shownSecretId: 3 },
        OLD_SECRETS['app'],
      ],
      ['the one whose text is known', { ...onlyOld, shownSecretId: 2 }, OLD_SECRETS['moved']],
    ]
    for (const [name, asked, secret] of rows) {
      const verified = await jwtVerify(idToken(asked), Buffer.from(secret ?? ''))
      t.equal(verified.payload['aud'], asked.client.id, name)
    }
  },
)

t.test('section 3.1.2.1: an ID token as a hint', async (t) => {
  const clients: Record<string, Client> = {
    app: client({ idTokenAlg: 'HS256' }),
    other: client({ id: 'other', idTokenAlg: 'HS256' }),
    plain: client({ id: 'plain' }),
  }
  SECRETS['plain'] = 'the secret of a client whose ID tokens are signed with RS256'
  let lookups = 0
  const hints = idTokenHints({
    issuer: ISSUER,
    ring: keys,
    clients: {
      find: async (id) => {
        lookups += 1
        return clients[id]
      },
    },
    signing,
    clock: systemClock,
  })
  const secretKey = (clientId: string, secret = SECRETS[clientId] ?? '') =>
    clientSecretKey({ secret, clientId, issuer: ISSUER })
  const claims = payloadOf(idToken(request))
  const signed = (key: SigningKeyRecord, changes: object = {}) =>
    signJwt(key, 'JWT', { ...claims, ...changes })

  for (const idTokenAlg of CLIENT_SIGNING_ALGS) {
    t.test(`of ${idTokenAlg} is read`, async (t) => {
      const hint = await hints.read(idToken({ ...request, client: client({ idTokenAlg }) }))
      t.strictSame(hint, { sub: ada.sub, clientId: 'app', sid: request.session.sid })
    })
  }
  t.test('of the secret before the newest one is read as long as that one is good', async (t) => {
    const hint = signed(secretKey('app', OLD_SECRETS['app']))
    t.match(await hints.read(hint), { clientId: 'app' })
  })
  t.test('is read however old it is', async (t) => {
    const old = signed(secretKey('app'), { iat: 1_600_000_000, exp: 1_600_000_600 })
    t.match(await hints.read(old), { clientId: 'app' })
  })
  t.test('signed by a key pair is read without asking SQL', async (t) => {
    lookups = 0
    await hints.read(idToken(request))
    t.equal(lookups, 0)
  })
  t.test('asks SQL for nothing that can be no client', async (t) => {
    for (const [length, expected] of [
      [LIMITS.clientIdChars, 1],
      [LIMITS.clientIdChars + 1, 0],
    ] as const) {
      lookups = 0
      await hints.read(signed(secretKey('app'), { aud: 'x'.repeat(length) }))
      t.equal(lookups, expected, `${length} characters`)
    }
  })
  const publicKey = keys.publicKeys().keys.find(({ alg }) => alg === 'RS256')
  const rs256 = keys.activeKey('RS256')
  const refused: [string, string][] = [
    ['the secret of another client', signed(secretKey('other'))],
    [
      "a secret that is nobody's",
      signed(secretKey('app', 'a guess of more than thirty-two bytes')),
    ],
    [
      'attack A3: the secret of a client whose ID tokens are signed with a key pair',
      signed(secretKey('plain'), { aud: 'plain' }),
    ],
    [
      'attack A3: the public key as a secret',
      signed({ ...secretKey('app', JSON.stringify(publicKey)), kid: rs256.kid }),
    ],
    ['a client that nobody knows', signed(secretKey('app'), { aud: 'nobody' })],
    ['several clients', signed(secretKey('app'), { aud: ['app', 'other'] })],
    ['another issuer', signed(secretKey('app'), { iss: 'https://evil.example' })],
    ['a logout token', signJwt(secretKey('app'), 'logout+jwt', claims)],
    ['attack A1: no signature', new UnsecuredJWT(claims).encode()],
    ['a changed signature', flipped(signed(secretKey('app')))],
    [
      'signed user info, which has no exp',
      signed(secretKey('app'), { exp: undefined, iat: undefined }),
    ],
    ['nonsense', 'nonsense'],
  ]
  for (const [name, text] of refused) {
    t.test(`of nothing: ${name}`, async (t) => t.equal(await hints.read(text), undefined))
  }
})
