/** What an issuer refuses: problem details (RFC 9457) of the admin API, or an OAuth error (RFC 6749 section 5.2). */
import type { Answer } from './call.ts'
import { CliError } from './cli-error.ts'
import type { Target } from './credentials.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'
import type { Row } from './pages.ts'
import { printable } from './text-width.ts'

/** The answer, if it is a success; anything else is a CliError that says what the issuer said. */
export function accept(answer: Answer, target: Target): Answer {
  const { status, headers } = answer
  if (status >= 200 && status < 300) return answer
  const refusal = readRefusal(answer.body)
  const code = refusal['code'] ?? `HTTP ${status}`
  if (status === 503 || status === 429) {
    const seconds = Number(headers['retry-after']) || 1
    throw new CliError(ISSUER_FAULTS.unavailable, { status, seconds })
  }
  if (status === 401 || status === 403) {
    const { as } = target
    const client = as.kind === 'machine' ? as.clientId : as.login.name
    const fault = status === 401 ? ISSUER_FAULTS.denied : ISSUER_FAULTS.forbidden
    throw new CliError(fault, { why: '', ...refusal, client, code })
  }
  if (refusal['code'] === undefined) {
    throw new CliError(ISSUER_FAULTS.badAnswer, { address: target.issuerAddress })
  }
  const params = { why: code, ...refusal, ...placed(refusal), code }
  const errors = readErrors(answer.body)
  const list = LISTS[code]
  if (list === undefined || params.why.includes('did you mean')) {
    throw new CliError(ISSUER_FAULTS.refused, params, errors)
  }
  throw new CliError(ISSUER_FAULTS.refusedName, { ...params, list }, errors)
}

/** Commands that list what a refused name could have meant. */
const LISTS: Readonly<Record<string, string>> = {
  'unknown-service': 'services list',
  'unknown-client': 'clients list',
  'unknown-role': 'roles list',
  'unknown-key': 'keys list',
}

/** The reason begins with the member that it is about, where it does not anyway. */
function placed({ why, where }: Readonly<Record<string, string>>): { why?: string } {
  if (why === undefined || where === undefined || why.startsWith(where)) return {}
  return { why: `${where}: ${why}` }
}

/** Members that help, as text. */
function readRefusal(body: unknown): Readonly<Record<string, string>> {
  if (typeof body !== 'object' || body === null) return {}
  const {
    error,
    error_description,
    code,
    detail,
    title,
    received,
    expected,
    where,
    type,
    instance,
  } = body as Readonly<Record<string, unknown>>
  const members = {
    code: code ?? error,
    why: detail ?? title ?? error_description,
    received,
    expected,
    where,
    type,
    instance,
  }
  const texts = Object.entries(members).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(texts.map(([name, value]) => [name, printable(String(value))]))
}

function readErrors(body: unknown): readonly Row[] {
  const { errors } = body as Readonly<Record<string, unknown>>
  return Array.isArray(errors) ? errors.filter((one) => typeof one === 'object' && one) : []
}
