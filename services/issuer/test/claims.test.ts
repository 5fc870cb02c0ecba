import type { User } from '@latchkey/directory'
import type { ClaimsRequest } from '@latchkey/protocol'
import { deriveKey } from '@latchkey/tokens'
import t from 'tap'
import { allowedClaims, scopesOfClaims } from '../src/minting/allowed-claims.ts'
import { SCOPE_CLAIMS } from '../src/minting/claim-names.ts'
import { personClaims } from '../src/minting/person-claims.ts'
import { type SubjectClient, subjects } from '../src/minting/subject.ts'

const ADA = 'u_01JD0000000000000000000ADA'

const plain: User = {
  sub: ADA,
  username: 'ada',
  name: 'Ada',
  emailVerified: false,
  disabled: false,
  mustChangePassword: false,
  roles: [],
  grants: [],
  groups: [],
  attributes: {},
  profile: {},
  hasOneTimeCode: false,
  createdAt: 1,
  updatedAt: 2,
}

/** Everything that section 5.1 names. */
const full: User = {
  ...plain,
  email: 'ada@example.com',
  emailVerified: true,
  locale: 'en-GB',
  profile: {
    given_name: 'Ada',
    family_name: 'Lovelace',
    middle_name: 'King',
    nickname: 'Countess',
    profile: 'https://example.com/ada',
    picture: 'https://example.com/ada.png',
    website: 'https://ada.example',
    gender: 'female',
    birthdate: '1815-12-10',
    zoneinfo: 'Europe/London',
    phone_number: '+441234567',
    phone_number_verified: true,
    address: { locality: 'London', country: 'United Kingdom' },
  },
}

t.test('OpenID Connect Core section 5.4: a scope opens its claims and no others', async (t) => {
  for (const [scope, names] of Object.entries(SCOPE_CLAIMS)) {
    t.test(`${scope}: all of them`, async (t) => {
      t.strictSame(Object.keys(personClaims(full, `openid ${scope}`)).sort(), [...names].sort())
    })
  }
  const cases: [string, User, string, string[], Record<string, unknown>][] = [
    ['openid alone opens nothing', full, 'openid', [], {}],
    ['no scope opens nothing', full, '', [], {}],
    ['a word that begins like a scope is none', full, 'emails xphone', [], {}],
    [
      'what is not known is left out (section 5.3.2)',
      plain,
      'profile email address phone',
      [],
      { name: 'Ada', preferred_username: 'ada', updated_at: 2 },
    ],
    [
      'neither an empty text nor an empty address stands for it',
      { ...plain, name: '', profile: { nickname: '', address: {} } },
      'profile address',
      [],
      { preferred_username: 'ada', updated_at: 2 },
    ],
    [
      'a number that nobody verified says so',
      { ...plain, profile: { phone_number: '+441234567' } },
      'phone',
      [],
      { phone_number: '+441234567', phone_number_verified: false },
    ],
    [
      'without a number nothing is verified',
      { ...plain, profile: { phone_number_verified: true } },
      'phone',
      [],
      {},
    ],
    [
      'a claim may be named without its scope',
      full,
      'openid',
      ['birthdate'],
      { birthdate: '1815-12-10' },
    ],
    [
      'named and opened by a scope it is given once',
      full,
      'email',
      ['email'],
      { email: 'ada@example.com', email_verified: true },
    ],
    [
      'a name that is no claim gives nothing',
      full,
      '',
      ['roles', 'constructor', '__proto__', 'disabled'],
      {},
    ],
  ]
  for (const [name, user, scope, named, expected] of cases) {
    t.test(name, async (t) => t.strictSame(personClaims(user, scope, named), expected))
  }
})

t.test('section 5.5: the claims parameter is no way around the consent page', async (t) => {
  const asked: ClaimsRequest = {
    userinfo: { email: { essential: true }, nickname: null, roles: null },
    id_token: { auth_time: { essential: true }, phone_number: null, sub: { value: 'u_1' } },
  }
  const always = { auth_time: { essential: true }, sub: { value: 'u_1' } }
  const cases: [string, string, ClaimsRequest][] = [
    [
      'everything that there is',
      'openid profile email phone',
      {
        userinfo: { email: { essential: true }, nickname: null },
        id_token: { ...always, phone_number: null },
      },
    ],
    ['what the sign-in itself is', 'openid', { userinfo: {}, id_token: always }],
    [
      'claims of the scopes that were allowed',
      'openid phone profile',
      { userinfo: { nickname: null }, id_token: { ...always, phone_number: null } },
    ],
  ]
  for (const [name, allowed, expected] of cases) {
    t.test(name, async (t) => t.strictSame(allowedClaims(asked, allowed), expected))
  }
  t.test('part by part', async (t) => {
    t.strictSame(allowedClaims({}, ''), {})
    t.strictSame(allowedClaims({ userinfo: {} }, ''), { userinfo: {} })
  })
  t.test('the page asks about the scopes that claims belong to', async (t) => {
    t.strictSame(scopesOfClaims(asked), ['email', 'profile', 'phone'])
    t.strictSame(scopesOfClaims({}), [])
  })
})

t.test('OpenID Connect Core section 8: subjects', async (t) => {
  const subjectFor = subjects(deriveKey(Buffer.alloc(32, 7), 'latchkey/pairwise/v1'))
  const shared: SubjectClient = { id: 'shared', subjectType: 'public' }
  const pairwise = (sectorHost: string): SubjectClient => ({
    id: 'app',
    subjectType: 'pairwise',
    sectorHost,
  })

  t.test('a public client gets the own subject of the person', async (t) => {
    t.equal(subjectFor(shared, ADA), ADA)
  })
  t.test('a pairwise client gets one that never changes', async (t) => {
    t.equal(
      subjectFor(pairwise('app.example'), ADA),
      'p_Qdy7kDTCDsSuQcZUBPAo6ZQa8B-gKvtkgt8gHItJjvY',
    )
  })
  t.test('clients of one sector know the same person', async (t) => {
    const other = { ...pairwise('app.example'), id: 'other' }
    t.equal(subjectFor(other, ADA), subjectFor(pairwise('app.example'), ADA))
  })
  t.test('another sector, another person or another master key gives another one', async (t) => {
    const elsewhere = subjects(deriveKey(Buffer.alloc(32, 8), 'latchkey/pairwise/v1'))
    const all = [
      subjectFor(pairwise('app.example'), ADA),
      subjectFor(pairwise('app.example.net'), ADA),
      subjectFor(pairwise('app.example'), `${ADA}A`),
      elsewhere(pairwise('app.example'), ADA),
    ]
    t.equal(new Set(all).size, all.length)
    for (const sub of all) t.match(sub, /^p_[A-Za-z0-9_-]{43}$/)
  })
  t.test('the border between sector and person counts', async (t) => {
    const [left, right] = ['app.exampleu_', 'app.example']
    t.not(subjectFor(pairwise(left), 'u_1'), subjectFor(pairwise(right), 'u_u_1'))
  })
  t.test('machines are the same for everybody', async (t) => {
    t.equal(subjectFor(pairwise('app.example'), 'svc:job'), 'svc:job')
  })
  t.test('a pairwise client without a sector is a fault, not a public one', async (t) => {
    t.throws(() => subjectFor({ id: 'app', subjectType: 'pairwise' }, ADA), /without its sector/)
  })
})
