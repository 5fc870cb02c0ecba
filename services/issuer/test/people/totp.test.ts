import t from 'tap'
import { networkOf } from '../../src/people/network-of.ts'
import { codeAt, stepAt, stepOfCode } from '../../src/people/totp.ts'

const SECRET = Buffer.from('12345678901234567890')

t.test('RFC 6238 appendix B: the vectors for SHA-1', async (t) => {
  const vectors: [seconds: number, code: string][] = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ]
  for (const [seconds, code] of vectors) t.equal(codeAt(SECRET, stepAt(seconds), 8), code)
})

t.test('RFC 4226 appendix D: the six digits of the first ten counts', async (t) => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'
  t.same(
    Array.from({ length: 10 }, (_, count) => codeAt(SECRET, count)),
    codes.split(' '),
  )
})

t.test('RFC 6238 section 5.2: a code counts in its step and in the two beside it', async (t) => {
  const now = 1_111_111_111
  const step = stepAt(now)
  const code = (apart: number) => codeAt(SECRET, step + apart)
  const cases: [name: string, code: string, found: number | undefined][] = [
    ['two steps old', code(-2), undefined],
    ['of the step before', code(-1), step - 1],
    ['of now', code(0), step],
    ['of the next step', code(1), step + 1],
    ['two steps early', code(2), undefined],
    ['a digit less', code(0).slice(1), undefined],
    ['a digit more', `${code(0)}0`, undefined],
    ['of eight digits', codeAt(SECRET, step, 8), undefined],
    ['other digits of the world', '０５０４７１', undefined],
    ['as many bytes, other characters', '½½½', undefined],
    ['empty', '', undefined],
  ]
  for (const [name, given, found] of cases) {
    t.equal(stepOfCode(given, SECRET, now), found, name)
  }
})

t.test('attack G7: which network an address counts for', async (t) => {
  const cases: [address: string, network: string][] = [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:0003::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1:2:3:4', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['no address at all', 'no address at all'],
    ['x'.repeat(1000), 'x'.repeat(64)],
  ]
  for (const [address, network] of cases) t.equal(networkOf(address), network, address)
})
