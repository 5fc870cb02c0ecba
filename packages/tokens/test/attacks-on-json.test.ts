import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { parseStrictList, parseStrictObject } from '../src/strict-json.ts'
import { CLAIMS, forge, HEADER, KID, NOW, RECORD, withClaims } from './fixtures/forge.ts'
import { jsonTexts } from './fixtures/json-texts.ts'
import { refuseAll, verifierOf } from './fixtures/refuse-all.ts'

/** Attacks on the JSON of header and payload (A19 to A21), all under a valid signature. */

const verifier = verifierOf(RECORD)

const json = JSON.stringify(CLAIMS)
/** A second member at the front of the payload, so that the good one is the last and wins in `JSON.parse`. */

const twice = (member: string) => forge(HEADER, `{${member},${json.slice(1)}`)

refuseAll('A19 no member stands twice', [
  ...['alg', 'typ', 'kid'].map((name) => ({
    rule: `header ${name}`,
    token: forge(`{"${name}":"x",${JSON.stringify(HEADER).slice(1)}`, CLAIMS),
    fault: 'bad_header' as const,
  })),
  {
    rule: 'header alg, equal and last',
    token: forge(`${JSON.stringify(HEADER).slice(0, -1)},"alg":"HS256"}`, CLAIMS),
    fault: 'bad_header',
  },
  {
    rule: 'header alg by escape',
    token: forge(`{"\\u0061lg":"none",${JSON.stringify(HEADER).slice(1)}`, CLAIMS),
    fault: 'bad_header',
  },
  ...['sub', 'exp', 'aud', 'iss', 'routes', 'rev'].map((name) => ({
    rule: name,
    token: twice(`"${name}":${JSON.stringify(CLAIMS[name as keyof typeof CLAIMS])}`),
    fault: 'bad_payload' as const,
  })),
  { rule: 'sub by escape', token: twice('"s\\u0075b":"u_admin"'), fault: 'bad_payload' },
  { rule: 'unknown members', token: twice('"x":1,"x":2'), fault: 'bad_payload' },
  { rule: 'with a blank before the colon', token: twice('"sub" :"u_admin"'), fault: 'bad_payload' },
  {
    rule: 'with a line feed before the colon',
    token: twice('"sub"\n:"u_admin"'),
    fault: 'bad_payload',
  },
  {
    rule: 'hidden behind a text that begins with a colon',
    token: twice('"x":":y","sub" :"u_admin"'),
    fault: 'bad_payload',
  },
  {
    rule: 'hidden behind a text with quoted colons',
    token: twice('"x":"\\":\\":","sub":"u_admin"'),
    fault: 'bad_payload',
  },
  { rule: 'beyond ASCII', token: twice('"é":1,"\\u00e9":2'), fault: 'bad_payload' },
  { rule: 'inside act', token: twice('"act":{"sub":"svc:a","sub":"svc:b"}'), fault: 'bad_payload' },
  { rule: 'inside an unknown member', token: twice('"x":[[{"a":1,"a":1}]]'), fault: 'bad_payload' },
])

t.test('A19 colons in texts and white space are no members', async (t) => {
  for (const member of [
    '"x":":a"',
    '"x": ":a"',
    '"x":"a :b"',
    '"x" : 1',
    '"x":"\\":"',
    '"x":{"a":":","b":1}',
    '"é":"\\":\\":"',
  ]) {
    t.equal(verifier.verify(twice(member), NOW).kind, 'valid', member)
  }
})

refuseAll('A20 __proto__ is refused', [
  { rule: 'with a plain value', token: twice('"__proto__":1'), fault: 'bad_payload' },
  { rule: 'at the top', token: twice('"__proto__":{"sub":"u_admin"}'), fault: 'bad_payload' },
  { rule: 'by escape', token: twice('"\\u005f_proto__":{}'), fault: 'bad_payload' },
  { rule: 'deep', token: twice('"x":[{"__proto__":1}]'), fault: 'bad_payload' },
  {
    rule: 'in the header',
    token: forge(`{"__proto__":"x",${JSON.stringify(HEADER).slice(1)}`, CLAIMS),
    fault: 'bad_header',
  },
])

t.test('A20 names of Object.prototype are ordinary names and are not passed on', async (t) => {
  const names = { constructor: 'x', toString: 'x', hasOwnProperty: 'x', valueOf: 'x' }
  const outcome = verifier.verify(withClaims(names), NOW)
  t.strictSame(outcome, { kind: 'valid', claims: CLAIMS, kid: KID })
  t.equal(typeof {}.toString, 'function')
  t.match(verifier.verify(withClaims({ sub: undefined, toString: 'u_1' }), NOW), {
    fault: 'bad_claim',
  })
  const routes = ['__proto__', 'constructor', 'toString']
  t.match(
    verifier.verify(withClaims({ routes }), NOW),
    { claims: { routes } },
    'as texts they are free',
  )
})

const bytesOf = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)))

refuseAll('A21 only UTF-8 without byte order mark', [
  {
    rule: 'mark in the header',
    token: forge(`\ufeff${JSON.stringify(HEADER)}`, CLAIMS),
    fault: 'bad_header',
  },
  { rule: 'mark in the payload', token: forge(HEADER, `\ufeff${json}`), fault: 'bad_payload' },
  {
    rule: 'invalid UTF-8 in the header',
    token: forge(bytesOf('{"alg":"HS256","kid":"', [0xff], '"}'), CLAIMS),
    fault: 'bad_header',
  },
  {
    rule: 'invalid UTF-8',
    token: forge(HEADER, bytesOf('{"x":"', [0xc3, 0x28], `",${json.slice(1)}`)),
    fault: 'bad_payload',
  },
  {
    rule: 'overlong UTF-8',
    token: forge(HEADER, bytesOf('{"x":"', [0xc0, 0x80], `",${json.slice(1)}`)),
    fault: 'bad_payload',
  },
  {
    rule: 'surrogate in UTF-8',
    token: forge(HEADER, bytesOf('{"x":"', [0xed, 0xa0, 0x80], `",${json.slice(1)}`)),
    fault: 'bad_payload',
  },
  { rule: 'lone surrogate by escape', token: twice('"x":"\\ud800"'), fault: 'bad_payload' },
  { rule: 'lone surrogate in a name', token: twice('"\\udc00":1'), fault: 'bad_payload' },
  { rule: 'UTF-16', token: forge(HEADER, Buffer.from(json, 'utf16le')), fault: 'bad_payload' },
  {
    rule: 'UTF-16 header',
    token: forge(Buffer.from(JSON.stringify(HEADER), 'utf16le'), CLAIMS),
    fault: 'bad_header',
  },
])

t.test('A21 payloads that are not one object are refused', async (t) => {
  for (const text of [
    '',
    'null',
    '1',
    '"x"',
    '[]',
    `[${json}]`,
    `${json}${json}`,
    `${json},`,
    '{',
    "{'a':1}",
    '{"a":1,}',
    `${json}\u0000`,
    '{"a":NaN}',
    '// c\n{}',
  ]) {
    t.match(
      verifier.verify(forge(HEADER, text), NOW),
      { fault: 'bad_payload' },
      JSON.stringify(text),
    )
  }
})

t.test('a payload that comes after a longer one is read alone', async (t) => {
  const long = { ...CLAIMS, scope: 'a'.repeat(1000) }
  for (const claims of [long, CLAIMS, long, CLAIMS]) {
    t.match(verifier.verify(forge(HEADER, claims), NOW), { claims })
  }
  // Half of the longer one stands behind these, and would close what they leave open.
  for (const cut of [10, 100]) {
    verifier.verify(forge(HEADER, long), NOW)
    const open = JSON.stringify(long).slice(0, -cut)
    t.match(verifier.verify(forge(HEADER, open), NOW), { fault: 'bad_payload' })
  }
})

t.test('headers are read by their meaning, not by their spelling', async (t) => {
  const spellings = [
    `{"kid":"${KID}","typ":"at+jwt","alg":"HS256"}`,
    ` { "alg" : "HS256" ,\n\t"typ":"at+jwt",\r\n "kid":"${KID}" } `,
  ]
  for (const text of spellings) {
    t.equal(verifier.verify(forge(text, CLAIMS), NOW).kind, 'valid', text)
  }
})

const good = JSON.stringify(HEADER)
refuseAll(
  'a header is one whole object of texts',
  [
    good.slice(0, -1),
    `${good}}`,
    `${good} x`,
    `${good.slice(0, -1)},}`,
    `{,${good.slice(1)}`,
    `[${good}]`,
    `x${good}`,
    good.replace(':', ' '),
    good.replace(':', '::'),
    good.replace(',', ' '),
    good.replace(',', ',,'),
    good.replaceAll('"', "'"),
    good.replace('HS256', 'HS2\\u0035 6'),
    good.replace('HS256', 'HS256\n'),
    'null',
    '{}}',
    '[]',
    ' ',
    '{',
  ].map((text) => ({ rule: text, token: forge(text, CLAIMS), fault: 'bad_header' })),
)
t.test('a header without members is no access-token header', async (t) => {
  t.match(verifier.verify(forge('{}', CLAIMS), NOW), { kind: 'invalid' })
})

t.test(
  'A19 of 20,000 random objects exactly those with a repeated member are refused',
  async (t) => {
    const texts = jsonTexts(20261123, 20_000)
    const wrong = texts.filter(({ text, repeated }) => {
      const read = parseStrictObject(Buffer.from(text))
      const list = parseStrictList(Buffer.from(`[${text}]`))
      if (!isDeepStrictEqual(list, read && [read])) return true
      return repeated ? read !== undefined : !isDeepStrictEqual(read, JSON.parse(text))
    })
    t.strictSame(wrong, [])
    const count = texts.filter(({ repeated }) => repeated).length
    t.ok(count > 2000 && count < 18_000, `${count} had one`)
    for (const text of ['{}', '1', '[', '["\\ud800"]'])
      t.equal(parseStrictList(Buffer.from(text)), undefined)
  },
)
