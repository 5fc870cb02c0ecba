import { InputError } from '@latchkey/protocol'
import t from 'tap'
import { preferredLanguage } from '../src/language.ts'
import { PAGES } from '../src/page-texts.ts'
import { type LoginOptions, settle } from '../src/settings.ts'

const GOOD: LoginOptions = {
  issuer: 'https://sso.example.com',
  clientId: 'orders',
  clientSecret: 's3cret-that-must-not-be-shown',
  baseUrl: 'https://orders.example.com',
  cookieSecret: 'k'.repeat(32),
}

t.test('good options', (t) => {
  const accepted: readonly [string, Partial<LoginOptions>][] = [
    ['all defaults', {}],
    ['an issuer with a path', { issuer: 'https://example.com/sso' }],
    [
      'http on *.localhost',
      { issuer: 'http://sso.localhost:4000', baseUrl: 'http://a.localhost:4001' },
    ],
    ['http on localhost', { baseUrl: 'http://localhost:3000' }],
    ['http on 127.0.0.1', { issuerAddress: 'http://127.0.0.1:4000' }],
    ['http on ::1', { issuerAddress: 'http://[::1]:4000/' }],
    ['four secrets', { cookieSecret: Array.from({ length: 4 }, (_, i) => `${i}`.repeat(32)) }],
    ['32 bytes in fewer characters', { cookieSecret: 'é'.repeat(16) }],
    ['a prefix of two segments', { prefix: '/my/auth' }],
    ['the longest session', { sessionSeconds: 604_800 }],
  ]
  for (const [name, options] of accepted)
    t.doesNotThrow(() => settle({ ...GOOD, ...options }), name)
  const settings = settle(GOOD)
  t.match(settings, {
    issuer: GOOD.issuer,
    issuerAddress: GOOD.issuer,
    scope: 'openid profile',
    cookieName: '__Host-latchkey',
    sessionSeconds: 604_800,
    paths: { login: '/login', callback: '/login/callback', logout: '/logout' },
  })
  t.end()
})

t.test(
  'bad options are refused when the plug-in is registered, and no secret is in the message',
  (t) => {
    const refused: readonly [string, Partial<LoginOptions>][] = [
      ['an issuer that is no address', { issuer: 'sso' }],
      ['an issuer on plain http', { issuer: 'http://sso.example.com' }],
      ['an address on plain http', { issuerAddress: 'http://10.0.0.7:4000' }],
      ['an address with a path', { issuerAddress: 'https://10.0.0.7/sso' }],
      ['an issuer with a password', { issuer: 'https://me:hidden@sso.example.com' }],
      ['an issuer with a query', { issuer: 'https://sso.example.com?tenant=1' }],
      ['cookies over plain http (attack E12)', { baseUrl: 'http://orders.example.com' }],
      ['a host that only looks like localhost', { baseUrl: 'http://localhost.example.com' }],
      ['an app below a path', { baseUrl: 'https://example.com/orders' }],
      ['an empty client id', { clientId: '' }],
      ['an empty secret', { clientSecret: '' }],
      ['a cookie secret of 31 bytes', { cookieSecret: 'k'.repeat(31) }],
      ['no cookie secret', { cookieSecret: [] }],
      ['one of several too short', { cookieSecret: ['k'.repeat(32), 'hidden'] }],
      ['five cookie secrets', { cookieSecret: Array.from({ length: 5 }, () => 'k'.repeat(32)) }],
      ['a scope without openid', { scope: 'profile openidx' }],
      ['a prefix without slash', { prefix: 'auth' }],
      ['a prefix with a slash at the end', { prefix: '/auth/' }],
      ['a prefix with a parameter', { prefix: '/:tenant' }],
      ['a cookie without the prefix that protects it', { cookieName: 'session' }],
      ['a cookie name with a dot', { cookieName: '__Host-a.b' }],
      ['a session of no length', { sessionSeconds: 0 }],
      ['a session of more than 7 days', { sessionSeconds: 604_801 }],
      ['a fraction of a second', { sessionSeconds: 1.5 }],
    ]
    for (const [name, options] of refused) {
      try {
        settle({ ...GOOD, ...options })
        t.fail(name)
      } catch (error) {
        t.type(error, InputError, name)
        t.notMatch(String(error), /hidden|must-not-be-shown|kkk/, name)
      }
    }
    t.end()
  },
)

t.test('RFC 9110 section 12.5.4: the language of our pages', (t) => {
  const cases: readonly [string | undefined, 'en' | 'zh-CN'][] = [
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'en'],
    ['zh', 'zh-CN'],
    ['zh-Hans-CN', 'zh-CN'],
    ['ZH-cn', 'zh-CN'],
    ['zha', 'en'],
    ['en-GB,zh;q=0.9', 'en'],
    ['de,zh;q=0.5,en;q=0.4', 'zh-CN'],
    ['zh;q=0.4, en;q=0.5', 'en'],
    ['zh;q=0', 'en'],
    ['zh;q=x', 'en'],
    [`${'x,'.repeat(300)}zh`, 'en'],
  ]
  for (const [header, language] of cases)
    t.equal(preferredLanguage(header), language, String(header))
  t.end()
})

t.test('every page speaks both languages and asks for nothing to be escaped', (t) => {
  for (const [name, { texts }] of Object.entries(PAGES)) {
    for (const text of [texts.en, texts['zh-CN']].flatMap((each) => Object.values(each))) {
      t.match(text, /^[^<>&"]+$/, name)
    }
    t.match(Object.values(texts['zh-CN']).join(''), /^[^A-Za-z]*(Cookie[^A-Za-z]*)*$/, name)
    t.notMatch(Object.values(texts.en).join(''), /[^ -~]/, name)
  }
  t.end()
})
