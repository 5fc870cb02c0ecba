/** Two requests to the public address as a browser makes them: what of them arrives, and whether a `__Host-` cookie comes back. */
import { exchange } from '../exchange.ts'
import { record } from '../issuer-api.ts'
import { printable } from '../text-width.ts'
import { type Examined, type Finding, found, timed } from './finding.ts'

const PROBE_PATH = '/probe'
const COOKIE = '__Host-latchkey-doctor'
const ANSWER_MS = 10_000

/** @param pass opens the probe and nothing else: the public address may lead to a stranger */
export async function examineProbe(issuer: string, pass: string): Promise<Examined> {
  return await timed('probe', async () => {
    const first = await ask(issuer, pass)
    if (typeof first === 'string') {
      return { facts: {}, findings: found([[true, 'probe-refused', 'error', { why: first }]]) }
    }
    const kept = keptCookie(first.cookies)
    const second = kept.value === undefined ? undefined : await ask(issuer, pass, kept.value)
    const back = typeof second === 'object' ? record(second.seen)['cookie'] : undefined
    const isLost = kept.value !== undefined && back !== kept.value
    const { seen, cacheControl } = first
    const [host, address] = [text(seen, 'host'), text(seen, 'address')]
    return {
      facts: { host, address, cookie: kept.value !== undefined && !isLost ? 'survives' : 'lost' },
      findings: [
        ...proxyFindings(issuer, seen),
        ...found([
          [first.cookies.length === 0, 'cookie-not-set', 'error'],
          [kept.changed !== undefined, 'cookie-changed', 'error', { cookie: kept.changed ?? '' }],
          [isLost, 'cookie-lost', 'error'],
          [!/\bno-store\b/.test(cacheControl), 'cache-control', 'error', { value: cacheControl }],
        ]),
      ],
    }
  })
}

interface Answered {
  readonly seen: Readonly<Record<string, unknown>>
  readonly cookies: readonly string[]
  readonly cacheControl: string
}

/** The status, or the code of the system, when it is not the answer of the probe. */
async function ask(issuer: string, pass: string, cookie?: string): Promise<Answered | string> {
  try {
    const { status, headers, body } = await exchange({
      url: new URL(PROBE_PATH, issuer),
      method: 'GET',
      headers: {
        accept: 'application/json',
        'latchkey-probe': pass,
        ...(cookie !== undefined && { cookie: `${COOKIE}=${cookie}` }),
      },
      timeoutMs: ANSWER_MS,
    })
    if (status !== 200) return `HTTP ${status}`
    const seen = record(JSON.parse(body.toString('utf8')))
    const cookies = headers['set-cookie'] ?? []
    return { seen, cookies, cacheControl: printable(headers['cache-control'] ?? '-') }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return code ?? name
  }
}

/** RFC 6265bis section 4.1.3.2: without `Secure` and `Path=/`, or with `Domain`, a browser drops it without a word. */
function keptCookie(cookies: readonly string[]): { value?: string; changed?: string } {
  const line = cookies.find((one) => one.startsWith(`${COOKIE}=`))
  if (line === undefined) return cookies.length === 0 ? {} : { changed: named(cookies[0] ?? '') }
  const [pair = '', ...attributes] = line.split(/; */)
  const has = (pattern: RegExp) => attributes.some((one) => pattern.test(one))
  const isKept = has(/^secure$/i) && has(/^path=\/$/i) && !has(/^domain=/i)
  if (!isKept) return { changed: `${COOKIE}; ${printable(attributes.join('; '))}` }
  return { value: pair.slice(COOKIE.length + 1) }
}

/** Its name without the value. */
function named(line: string): string {
  return printable(line.split('=', 1)[0] ?? '')
}

function proxyFindings(issuer: string, seen: Readonly<Record<string, unknown>>): Finding[] {
  const { host: expected, protocol } = new URL(issuer)
  const isTrusted = seen['from_trusted_proxy'] === true
  const hasForwarded = seen['has_forwarded_for'] === true
  const host = text(seen, 'host')
  const proto = text(seen, 'forwarded_proto')
  const isOther = proto !== '' && `${proto}:` !== protocol
  const address = text(seen, 'address')
  return found([
    [host !== expected, 'proxy-host', 'warning', { host, expected }],
    [hasForwarded && !isTrusted, 'proxy-untrusted', 'error', { address }],
    [isTrusted && !hasForwarded, 'proxy-silent', 'warning', { address }],
    [isOther, 'proxy-proto', 'warning', { proto, expected: protocol.slice(0, -1) }],
  ])
}

function text(seen: Readonly<Record<string, unknown>>, name: string): string {
  const value = seen[name]
  return typeof value === 'string' ? printable(value) : ''
}
