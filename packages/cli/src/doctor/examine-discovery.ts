import { exchange } from '../exchange.ts'
import { record } from '../issuer-api.ts'
import { printable } from '../text-width.ts'
import { type Examined, found, timed } from './finding.ts'

export const DISCOVERY_PATH = '/.well-known/openid-configuration'
const ANSWER_MS = 10_000
/** What `Date` says is a whole second, and began on the way. */
const DATE_MS = 1000
/** As services allow between their clock and that of the issuer. */
const SKEW_SECONDS = 5

/** Whether the public address answers discovery itself, as the same issuer, and with about our time. */
export async function examineDiscovery(issuer: string, now: () => number): Promise<Examined> {
  return await timed('discovery', async () => {
    const url = new URL(DISCOVERY_PATH, issuer)
    const askedAt = now()
    const answer = await exchange({
      url,
      method: 'GET',
      headers: { accept: 'application/json' },
      timeoutMs: ANSWER_MS,
    }).catch((error: NodeJS.ErrnoException) => error.code ?? error.message)
    if (typeof answer === 'string') {
      return { facts: {}, findings: found([[true, 'discovery-failed', 'error', { why: answer }]]) }
    }
    const { status, headers } = answer
    const claimed = issuerIn(answer.body)
    const to = printable(headers.location ?? '')
    const seconds = difference(headers.date, askedAt, now())
    const isMoved = status >= 300 && status < 400
    return {
      facts: { status, ...(seconds !== undefined && { clock_seconds: seconds }) },
      findings: found([
        [isMoved, 'discovery-redirects', 'error', { to }],
        [!isMoved && claimed === undefined, 'discovery-none', 'error', { status }],
        [
          claimed !== undefined && claimed !== issuer,
          'discovery-issuer',
          'error',
          { claimed: printable(claimed ?? ''), issuer },
        ],
        [(seconds ?? 0) > SKEW_SECONDS, 'clock-differs', 'warning', { seconds: seconds ?? 0 }],
      ]),
    }
  })
}

function issuerIn(body: Buffer): string | undefined {
  try {
    const { issuer } = record(JSON.parse(body.toString('utf8')))
    return typeof issuer === 'string' ? issuer : undefined
  } catch {
    return undefined
  }
}

/** Seconds that the two clocks differ at least; undefined when there is no date. */
function difference(
  date: string | undefined,
  askedAt: number,
  answeredAt: number,
): number | undefined {
  const at = Date.parse(date ?? '')
  if (Number.isNaN(at)) return undefined
  const ms = Math.max(0, askedAt - (at + DATE_MS), at - answeredAt)
  return Math.round(ms / 1000)
}

/** Whether somebody who types the name without https comes to https: browsers ask there first. */
export async function examinePlainAddress(plain: URL): Promise<Examined> {
  return await timed('plain address', async () => {
    const answer = await exchange({
      url: plain,
      method: 'GET',
      headers: { accept: 'text/html' },
      timeoutMs: ANSWER_MS,
    }).catch(() => undefined)
    const to = answer?.headers.location ?? ''
    const isOpen = answer !== undefined && !to.startsWith('https://')
    return {
      facts: { answers: answer === undefined ? 'no' : answer.status },
      findings: found([[isOpen, 'plain-address', 'warning', { address: plain.origin }]]),
    }
  })
}
