import { createHash } from 'node:crypto'
import t from 'tap'
import { accountsPage } from '../../src/pages/accounts-page.ts'
import { confirmSignOutPage } from '../../src/pages/confirm-sign-out-page.ts'
import { consentPage } from '../../src/pages/consent-page.ts'
import { errorPage } from '../../src/pages/error-page.ts'
import { FORM_POST_SCRIPT_HASH, formPostPage } from '../../src/pages/form-post-page.ts'
import { homePage } from '../../src/pages/home-page.ts'
import { chooseLocale, LOCALES, type Locale } from '../../src/pages/locale.ts'
import { EN } from '../../src/pages/messages/en.ts'
import { CATALOGUES } from '../../src/pages/messages/fill.ts'
import { ZH_CN } from '../../src/pages/messages/zh-cn.ts'
import { pageHeaders } from '../../src/pages/page-headers.ts'
import { signInPage } from '../../src/pages/sign-in-page.ts'
import { signedOutPage } from '../../src/pages/signed-out-page.ts'
import { everyPage } from './every-page.ts'

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus='alert(1)",
  '</title><svg/onload=alert(1)>',
  '</style><script>1</script>',
  '<!--',
  '&lt;b&gt;',
  '{client}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it must stay text
  '${7*7}<%= 7*7 %>{{7*7}}',
  'a\u0000b\u001b[31m\ud800',
]

t.test('attacks.md C8 and H11: what others wrote is text on every page', async (t) => {
  for (const locale of LOCALES) {
    const plain = everyPage(locale, 'plain')
    for (const text of HOSTILE) {
      for (const [name, page] of Object.entries(everyPage(locale, text))) {
        t.same(skeleton(page), skeleton(plain[name] ?? ''), `${name}: ${JSON.stringify(text)}`)
        t.ok(
          page.isWellFormed() && !/\p{Cc}/u.test(page.replaceAll('\n', '')),
          'no control characters',
        )
      }
    }
  }
})

/** The tags of a page with the names of their attributes: whatever is filled in must not change them. */
function skeleton(page: string): string[] {
  const tags = page.match(/<[a-z!/](?:[^"'>]|"[^"]*"|'[^']*')*>/gi) ?? []
  return tags.map((tag) => tag.replace(/"[^"]*"|'[^']*'/g, '""'))
}

t.test('pages need no script, no style attribute and nothing from elsewhere', async (t) => {
  for (const locale of LOCALES) {
    for (const [name, page] of Object.entries(everyPage(locale, 'plain'))) {
      t.notMatch(page, /<script|\son[a-z]+=|\sstyle=|javascript:|<iframe|<object/i, name)
      // A link to another site is followed by the person alone, and tells nobody where they were.
      const own = page
        .replaceAll(/<a id="\w+" href="[^"]*" rel="noreferrer" target="_blank">/g, '')
        .replaceAll(/<a class="quiet" id="continue" href="[^"]*">/g, '')
        .replaceAll(/<a id="otpauth" href="otpauth:[^"]*">/g, '')
      t.notMatch(
        own,
        /(?:src|href)="(?!data:image\/svg\+xml,|#|\/"|\/\?account=|\/account\/|\/sign-in")/,
        `${name} fetches nothing`,
      )
      t.match(page, `<html lang="${locale}">`, `${name} names its language`)
      t.match(page, /<h1>[^<]+<\/h1>/, `${name} has a heading`)
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
      t.same(ids, [...new Set(ids)], `${name} names nothing twice`)
    }
  }
})

t.test(
  'Form Post Response Mode section 2: one script, which sends the form, and a button',
  async (t) => {
    for (const text of ['plain', ...HOSTILE]) {
      const page = formPostPage({
        locale: 'en',
        action: 'https://app.example/cb?a=1&b=2',
        fields: { code: text, state: text, iss: text },
      })
      t.same(page.match(/<script.*?<\/script>/gs), ['<script>document.forms[0].submit()</script>'])
      t.match(page, '<form method="post" action="https://app.example/cb?a=1&amp;b=2"')
      t.match(page, '<button id="continue" name="continue"')
    }
    const headers = pageHeaders({ script: FORM_POST_SCRIPT_HASH })
    const hash = createHash('sha256').update('document.forms[0].submit()').digest('base64')
    t.equal(directives(headers['content-security-policy']).get('script-src'), `'sha256-${hash}'`)
  },
)

t.test(
  'the page of consent says who asks whom for what, and links to nothing but the web',
  async (t) => {
    const consent = {
      locale: 'en',
      clientName: 'Foreign',
      returnTo: 'foreign.example',
      user: { username: 'ada', name: 'Ada' },
      action: '/consent',
      hidden: { csrf: 'c1' },
    } as const
    const scopes = [
      { scope: 'email', isAllowed: true },
      { scope: 'phone', isAllowed: false },
    ]
    const page = consentPage({ ...consent, isKept: true, scopes, service: 'Orders', routes: [] })
    t.match(page, /<input id="scope-email" name="scope-email" type="checkbox" value="1" checked>/)
    t.match(page, /<input id="scope-phone" name="scope-phone" type="checkbox" value="1">/)
    t.match(page, '<button id="allow" name="decision" value="allow"')
    t.match(page, /<button [^>]*id="deny" name="decision" value="deny"/)
    for (const text of ['Foreign', 'Ada', 'foreign.example', 'Orders', EN.consentKept]) {
      t.match(page, text)
    }
    const bare = consentPage({
      ...consent,
      isKept: false,
      routes: [],
      scopes: [],
      policyUri: 'javascript:alert(1)',
    })
    t.notMatch(bare, 'javascript:')
    t.notMatch(bare, 'id="service"')
    t.notMatch(bare, EN.consentKept)
  },
)

t.test('names and ids that test programs and password managers rely on are stable', async (t) => {
  const page = signInPage({ locale: 'en', action: '/sign-in', hidden: { csrf: 'c1' } })
  t.match(page, '<form method="post" action="/sign-in"')
  t.match(page, '<input type="hidden" name="csrf" value="c1">')
  t.match(page, /<input id="username" name="username"[^>]*autocomplete="username"/)
  t.match(page, /<input id="password" name="password"[^>]*autocomplete="current-password"/)
  t.match(page, /<button id="sign-in" name="sign-in"[^>]*type="submit"/)
  t.match(page, /<label for="username">/)
  t.match(page, /<label for="password">/)

  const confirm = confirmSignOutPage({ locale: 'en', action: '/logout', hidden: {} })
  t.match(confirm, /<button id="sign-out" name="sign-out"[^>]*type="submit"/)

  const accounts = [{ sid: 's0_1', username: 'ada', name: 'Ada' }]
  const chooser = { locale: 'en', clientName: 'Orders', accounts, action: '/', hidden: {} } as const
  t.match(
    accountsPage(chooser),
    /<button [^>]*id="account-1" name="account" value="s0_1" type="submit">/,
  )
  t.match(
    accountsPage(chooser),
    /<button [^>]*id="account-another" name="account" value="another" type="submit">/,
  )
  const services = [
    { name: 'Orders', routes: [] },
    { name: 'Reports', routes: ['GET /reports/daily', 'GET /reports/:id'] },
  ]
  const apps = [{ clientId: 'app', name: 'App', scopes: [], services }]
  const user = { username: 'ada' }
  const home = homePage({ locale: 'en', user, apps, withdraw: { action: '/withdraw', hidden: {} } })
  t.match(home, /<button [^>]*id="withdraw-1" name="client" value="app" type="submit"/)
  t.match(home, '<code>GET /reports/daily</code>, <code>GET /reports/:id</code>', 'these alone')

  const error = errorPage({ locale: 'en', kind: 'request', code: 'invalid_request' })
  t.match(error, /<dd id="error-code"[^>]*>invalid_request<\/dd>/)
  t.notMatch(error, 'error-description', 'what is not given is not shown')
})

t.test('the sign-in page leads to the field that has to be filled', async (t) => {
  const field = (page: string, id: string) => page.match(new RegExp(`<input id="${id}"[^>]*>`))?.[0]
  const fresh = signInPage({ locale: 'en', action: '/', hidden: {} })
  t.match(field(fresh, 'username'), 'autofocus')
  t.notMatch(field(fresh, 'password'), 'autofocus')

  const refused = signInPage({
    locale: 'en',
    action: '/',
    hidden: {},
    username: 'ada',
    error: 'refused',
  })
  t.match(field(refused, 'username'), 'value="ada"')
  t.match(field(refused, 'password'), 'autofocus')
  t.match(field(refused, 'password'), 'aria-describedby="error"')
  t.notMatch(field(refused, 'password'), 'value', 'a password is never filled in')
  t.match(refused, /<div class="alert" id="error" role="alert" tabindex="-1">/)

  const busy = { locale: 'en', action: '/', hidden: {}, error: 'busy' } as const
  t.match(signInPage({ ...busy, retryAfterSeconds: 4.2 }), 'wait 5 s')
  t.match(signInPage({ ...busy, retryAfterSeconds: 0 }), 'wait 1 s')
})

t.test('both languages have the same texts with the same names to fill in', async (t) => {
  t.same(Object.keys(ZH_CN).sort(), Object.keys(EN).sort())
  for (const [key, english] of Object.entries(EN)) {
    const chinese = ZH_CN[key as keyof typeof EN]
    const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    t.same(names(chinese), names(english), key)
    t.match(chinese, /\p{Script=Han}/u, `${key} is Chinese`)
  }
  t.same(Object.keys(CATALOGUES), LOCALES)
})

t.test(
  'OpenID Connect Core section 3.1.2.1: ui_locales, then Accept-Language, then the first',
  async (t) => {
    const offered = LOCALES
    const cases: [
      want: Locale,
      uiLocales: string | undefined,
      acceptLanguage: string | undefined,
      why: string,
    ][] = [
      ['en', undefined, undefined, 'nothing is asked'],
      ['zh-CN', 'zh-CN', 'en', 'ui_locales goes first'],
      ['zh-CN', 'zh', 'en', 'a language without region'],
      ['zh-CN', 'zh-Hant-TW', undefined, 'other Chinese is nearer than English'],
      ['zh-CN', 'ZH-cn', undefined, 'tags have no case'],
      ['en', 'fr en zh-CN', 'zh-CN', 'the first that is offered'],
      ['zh-CN', 'fr de', 'zh-CN,en;q=0.8', 'unknown ones leave it to the browser'],
      ['en', undefined, 'zh-CN;q=0.5,en;q=0.8', 'quality decides'],
      ['en', undefined, 'zh-CN;q=0,en-GB;q=0.1', 'q=0 means no'],
      ['en', undefined, 'fr', 'none of them'],
      ['en', '__proto__ constructor', ';;;,q=,zh;q=x', 'nonsense'],
      ['en', 'fr '.repeat(200).concat('zh-CN'), undefined, 'only so much is read'],
    ]
    for (const [want, uiLocales, acceptLanguage, why] of cases) {
      t.equal(chooseLocale({ offered, uiLocales, acceptLanguage }), want, why)
    }
    t.equal(chooseLocale({ offered: ['zh-CN', 'en'] }), 'zh-CN', 'the first one offered')
    t.equal(chooseLocale({ offered: ['en'], uiLocales: 'zh-CN' }), 'en', 'only what is offered')
  },
)

t.test('RFC 9700 section 4.16 and attacks.md C21: headers of the pages', async (t) => {
  const headers = pageHeaders()
  t.equal(headers['x-frame-options'], 'DENY')
  t.equal(headers['cache-control'], 'no-store')
  t.equal(headers['referrer-policy'], 'no-referrer')
  t.equal(headers['x-content-type-options'], 'nosniff')
  const policy = directives(headers['content-security-policy'])
  t.equal(policy.get('default-src'), "'none'")
  t.equal(policy.get('frame-ancestors'), "'none'")
  t.equal(policy.get('base-uri'), "'none'")
  t.equal(policy.get('form-action'), "'self'")
  t.notOk(policy.has('script-src'), 'no script at all')

  const style = signedOutPage({ locale: 'en' }).match(/<style>([\s\S]*)<\/style>/)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  t.equal(policy.get('style-src'), `'sha256-${hash}'`, 'the style of the page is the one allowed')
})

t.test('form-action allows what the answer of the form may redirect to, and no more', async (t) => {
  const cases: [uris: string[], want: string][] = [
    [['http://a.localhost:4001/callback?x=1'], "'self' http://a.localhost:4001"],
    [['https://app.example.com/cb'], "'self' https:"],
    [['https://one.example/cb', 'https://two.example/cb'], "'self' https:"],
    [['com.example.app:/cb'], "'self' com.example.app:"],
    [['http://127.0.0.1:8123/cb'], "'self' http://127.0.0.1:8123"],
    [['http://[::1]:8123/cb'], "'self' http:"],
    [['http://evil;script-src.example/cb'], "'self'"],
    [['not a url'], "'self'"],
  ]
  for (const [formAction, want] of cases) {
    const policy = directives(pageHeaders({ formAction })['content-security-policy'])
    t.equal(policy.get('form-action'), want, formAction.join(' '))
    t.equal(policy.size, 6, 'no directive more')
  }
})

function directives(policy = ''): Map<string, string> {
  return new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources.join(' ')]
    }),
  )
}
