import t from 'tap'
import { browserName } from '../src/browser-name.ts'
import { widthOf } from '../src/text-width.ts'
import { fakeIssuer, type Reply, runLine, TOKEN_REPLY } from './fixtures/stand-ins.ts'

const SUB = 'u_01JD0000000000000000000000'
const SID = `s0_${'x'.repeat(22)}`
const ADA = { sub: SUB, username: 'Ada', name: 'Ada Lovelace' }
const SEARCH = 'GET /admin/v1/users?search=ada&limit=500'
const FOUND = { [SEARCH]: { body: { users: [ADA] } } }
const SESSIONS = {
  sessions: [
    {
      sid: SID,
      sub: SUB,
      auth_time: Date.UTC(2026, 10, 23, 4, 53) / 1000,
      absolute_expires_at: Date.UTC(2026, 10, 30, 4, 53) / 1000,
      clients: ['orders', 'reports', 'a-client-with-a-long-name'],
      user_agent: `Mozilla/5.0 \u001b[31m(X11; Linux x86_64) ${'AppleWebKit '.repeat(10)}`,
    },
    {
      sid: `s0_${'y'.repeat(22)}`,
      auth_time: 0,
      absolute_expires_at: 1,
      clients: [],
      user_agent: '',
    },
  ],
}
const ON_A_PHONE = {
  ...{ ...SESSIONS.sessions[0], sid: `s0_${'z'.repeat(22)}`, clients: [] },
  user_agent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
}
const list = { ...FOUND, [`GET /admin/v1/users/${SUB}/sessions`]: { body: SESSIONS } }

const cases: {
  line: string
  replies: Record<string, Reply>
  asks: string[]
  out: RegExp | string
}[] = [
  {
    line: 'sessions list --user ada',
    replies: list,
    asks: [SEARCH, `GET /admin/v1/users/${SUB}/sessions`],
    out: [
      'Sessions of Ada: 2',
      '',
      'SESSION                    SIGNED IN         ENDS AT THE LATEST  APPS',
      `${SID}  2026-11-23 04:53  2026-11-30 04:53    orders reports…`,
      '    Mozilla/5.0 \ufffd[31m(X11; Linux x86_64) AppleWebKit AppleWebKit AppleWebKit Ap…',
      `s0_${'y'.repeat(22)}  1970-01-01 00:00  1970-01-01 00:00`,
      '',
    ].join('\n'),
  },
  {
    line: `sessions list --user ${SUB} --json`,
    replies: { ...list, [`GET /admin/v1/users/${SUB}`]: { body: ADA } },
    asks: [`GET /admin/v1/users/${SUB}`, `GET /admin/v1/users/${SUB}/sessions`],
    out: `${JSON.stringify({ user: { sub: SUB, username: 'Ada' }, ...SESSIONS }, null, 2)}\n`,
  },
  {
    line: 'sessions list --user ada',
    replies: { ...FOUND, [`GET /admin/v1/users/${SUB}/sessions`]: { body: { sessions: [] } } },
    asks: [SEARCH, `GET /admin/v1/users/${SUB}/sessions`],
    out: 'Ada is not signed in anywhere.\n',
  },
  {
    line: 'sessions list --user ada --client a-client-with-a-long-name --limit 1 --json',
    replies: list,
    asks: [SEARCH, `GET /admin/v1/users/${SUB}/sessions`],
    out: /^\{\n {2}"user": \{[\s\S]*"sessions": \[\n {4}\{[^{]*\}\n {2}\]\n\}\n$/,
  },
  {
    line: 'sessions list --client orders --limit 2',
    replies: {
      'GET /admin/v1/sessions?client=orders&limit=500': { body: { sessions: [], next: 'a' } },
      'GET /admin/v1/sessions?client=orders&limit=500&after=a': {
        body: { sessions: [SESSIONS.sessions[0], ON_A_PHONE, ON_A_PHONE], next: 'b' },
      },
    },
    asks: [
      'GET /admin/v1/sessions?client=orders&limit=500',
      'GET /admin/v1/sessions?client=orders&limit=500&after=a',
    ],
    out: [
      'SESSION                    SIGNED IN         PERSON',
      `${SID}  2026-11-23 04:53  ${SUB}`,
      '    orders reports a-client-with-a-long-name; Mozilla/5.0 \ufffd[31m(X11; Linux x86_…',
      `s0_${'z'.repeat(22)}  2026-11-23 04:53  ${SUB}`,
      '    Safari, iPhone',
      '',
    ].join('\n'),
  },
  {
    line: 'sessions list',
    replies: { 'GET /admin/v1/sessions?limit=500': { body: { sessions: [] } } },
    asks: ['GET /admin/v1/sessions?limit=500'],
    out: 'There is nothing to list.\n',
  },
]

t.test(
  'sessions of somebody are listed newest first, those of everybody page by page',
  async (t) => {
    for (const { line, replies, asks, out } of cases) {
      const issuer = await fakeIssuer({ ...TOKEN_REPLY, ...replies })
      t.teardown(issuer.close)
      const ran = await runLine(line.split(' '), { env: issuer.env })
      t.equal(ran.code, 0, ran.err)
      t.strictSame(issuer.lines(), ['POST /token', ...asks], line)
      if (typeof out === 'string') t.equal(ran.out, out, line)
      else t.match(ran.out, out, line)
      const isWide = (text: string) => widthOf(text) > 80
      if (!line.includes('--json')) t.notOk(ran.out.split('\n').some(isWide), line)
    }
  },
)

t.test(
  'a browser is named by its family and its system, and what is unknown as it calls itself',
  async (t) => {
    const [mac, windows] = ['Macintosh; Intel Mac OS X 10_15_7', 'Windows NT 10.0; Win64; x64']
    const chrome = (system: string, more = '') =>
      `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 ${more}Safari/537.36`
    const safari = (system: string, version: string) =>
      `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${version} Mobile/15E148 Safari/604.1`
    const iphone = 'iPhone; CPU iPhone OS 18_1 like Mac OS X'
    for (const [agent, name] of [
      [chrome(mac), 'Chrome, macOS'],
      [chrome('Linux; Android 10; K', 'Mobile '), 'Chrome, Android'],
      [chrome('X11; CrOS x86_64 14541.0.0'), 'Chrome, ChromeOS'],
      [`${chrome(windows)} Edg/142.0.0.0`, 'Edge, Windows'],
      [`${chrome(windows)} OPR/120.0.0.0`, 'Opera, Windows'],
      [
        chrome('Linux; Android 13; SM-S901B', 'SamsungBrowser/28.0 Mobile '),
        'Samsung Internet, Android',
      ],
      [safari(iphone, 'Version/18.1'), 'Safari, iPhone'],
      [safari(iphone, 'CriOS/142.0'), 'Chrome, iPhone'],
      [safari('iPad; CPU OS 18_1 like Mac OS X', 'FxiOS/140.0'), 'Firefox, iPad'],
      ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
      ['curl/8.14.1', 'curl'],
      ['Mozilla/5.0 (compatible; Unheard/1.0)', 'Mozilla/5.0 (compatible; Unheard/1.0)'],
      ['', ''],
    ] as const) {
      t.equal(browserName(agent), name, agent)
    }
  },
)
