import t from 'tap'
import { parsePrefer, preferredWait } from '../../src/http/prefer.ts'

t.test('RFC 7240 section 2: what a client prefers', async (t) => {
  const rows: [string, Record<string, string>][] = [
    ['', {}],
    ['wait=10', { wait: '10' }],
    ['respond-async, wait=10', { 'respond-async': '', wait: '10' }],
    ['Wait = 10 ; foo="bar, wait=1" , Lenient', { wait: '10', lenient: '' }],
    ['wait="2", wait=9', { wait: '2' }],
    [',, wait=2 ,,', { wait: '2' }],
    ['foo; some-parameter, wait=2', { foo: '', wait: '2' }],
    ['foo="a \\" , wait=9", wait=2', { foo: 'a " , wait=9', wait: '2' }],
    ['foo=""', { foo: '' }],
    ['wait=2, =broken, other', { wait: '2' }],
    ['"wait"=2', {}],
    ['foo="open, wait=2', {}],
  ]
  for (const [header, expected] of rows) {
    t.strictSame(Object.fromEntries(parsePrefer(header)), expected, header)
  }
})

t.test('RFC 7240 section 4.3: wait is a number of seconds, at most what there is', async (t) => {
  const rows: [string | string[] | undefined, number | undefined][] = [
    [undefined, undefined],
    ['respond-async', undefined],
    ['wait=0', 0],
    ['wait=10', 10],
    ['wait=11', 10],
    ['wait=999999999', 10],
    [['respond-async', 'wait=3'], 3],
    ['wait', undefined],
    ['wait=-1', undefined],
    ['wait=1.5', undefined],
    ['wait=1e9', undefined],
    ['wait=9999999999', undefined],
  ]
  for (const [header, seconds] of rows) t.equal(preferredWait(header, 10), seconds, `${header}`)
})

t.test('a long header takes no long time', async (t) => {
  const startedMs = performance.now()
  for (const text of ['a=', '"', 'a;', ';"', ' ,', 'a="\\"']) {
    parsePrefer(text.repeat(Math.floor(16_384 / text.length)))
  }
  t.ok(performance.now() - startedMs < 500)
})
