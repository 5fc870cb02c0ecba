import { readFileSync } from 'node:fs'
import t from 'tap'
import { cleanDescription, OAUTH_ERRORS, OAuthError, type OAuthErrorCode } from '../src/index.ts'

const document = new URL('../../../docs/protocol/errors.md', import.meta.url)

t.test('docs/protocol/errors.md lists the catalogue: code, status, source', async (t) => {
  const rows = [...readFileSync(document, 'utf8').matchAll(/^\| `(\w+)` \| (\d+) \| ([^|]+) \|/gm)]
  t.strictSame(
    rows.map(([, code, status, source]) => ({ code, status: Number(status), source })),
    Object.entries(OAUTH_ERRORS).map(([code, fact]) => ({ code, ...fact })),
  )
})

t.test('an error takes its status from the catalogue', async (t) => {
  for (const [code, { status }] of Object.entries(OAUTH_ERRORS)) {
    t.equal(new OAuthError(code as OAuthErrorCode, 'some_reason').status, status, code)
  }
})

t.test('code and reason are kept apart, and both stand in the message for the log', async (t) => {
  const cause = new Error('what made it fail')
  const error = new OAuthError('invalid_grant', 'code_replayed', { cause, retryAfterSeconds: 2 })
  t.match(error, {
    name: 'OAuthError',
    code: 'invalid_grant',
    reason: 'code_replayed',
    message: 'invalid_grant: code_replayed',
    description: undefined,
    retryAfterSeconds: 2,
    cause,
  })
  t.notOk('cause' in new OAuthError('invalid_grant', 'code_replayed'), 'no cause, no member')
})

t.test(
  'RFC 6749 section 5.2: a description holds only the characters that it allows',
  async (t) => {
    const cases: [title: string, text: string, clean: string][] = [
      ['plain English', 'The code has been used before.', 'The code has been used before.'],
      ['first and last of the first range', ' !', ' !'],
      ['first and last of the second range', '#[', '#['],
      ['first and last of the third range', ']~', ']~'],
      ['quotes, which would end a header value', 'say "no"', "say 'no'"],
      ['a backslash, which would escape', 'a\\b', 'a?b'],
      ['a new line, which would start a header', 'a\r\nb', 'a??b'],
      ['the characters around the ranges', '\x1f\x7f', '??'],
      ['other scripts', 'né', 'n?'],
    ]
    for (const [title, text, clean] of cases) {
      t.equal(cleanDescription(text), clean, title)
      t.equal(new OAuthError('invalid_request', 'r', { description: text }).description, clean)
    }
    t.equal(cleanDescription('x'.repeat(300)).length, 300)
    t.equal(cleanDescription('x'.repeat(301)).length, 300, 'it is cut, not refused')
  },
)
