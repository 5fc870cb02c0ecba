import { type Answer, type CallOptions, call } from './call.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import type { Target } from './credentials.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'
import { withProgress } from './progress.ts'
import { printable } from './text-width.ts'

/** The admin API of an issuer with a machine token of its own (RFC 6749 section 4.4), fetched at the first call. */
export interface IssuerApi {
  get(path: string): Promise<unknown>
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>
}

export function issuerApi(target: Target, context: Context): IssuerApi {
  let token: Promise<string> | undefined
  const exchange = async (options: Pick<CallOptions, 'method' | 'path' | 'body'>) => {
    token ??= fetchToken(target, context)
    const headers = {
      authorization: `Bearer ${await token}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const answer = await ask({ ...place(target), ...options, headers }, context)
    return accept(answer, target)
  }
  return {
    get: (path) => exchange({ method: 'GET', path }),
    send: (method, path, body) =>
      exchange({ method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  }
}

async function fetchToken(target: Target, context: Context): Promise<string> {
  const form = { grant_type: 'client_credentials', resource: target.issuer }
  const body = record(accept(await postForm('/token', form, target, context), target))
  const token = body['access_token']
  if (typeof token === 'string') return token
  throw new CliError(ISSUER_FAULTS.badAnswer, { address: target.issuerAddress })
}

/** A form with the client's credentials. RFC 6749 section 2.3.1: id and secret are form-encoded before base64. */
export async function postForm(
  path: string,
  form: Readonly<Record<string, string>>,
  target: Target,
  context: Context,
): Promise<Answer> {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  const pair = `${encode(target.clientId)}:${encode(target.clientSecret)}`
  const headers = {
    authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  }
  const body = new URLSearchParams(form).toString()
  return await ask({ ...place(target), method: 'POST', path, headers, body }, context)
}

export function place(target: Pick<Target, 'issuer' | 'issuerAddress'>) {
  return { address: target.issuerAddress, issuer: target.issuer }
}

/** One exchange, with progress. An issuer that cannot be reached is a CliError. */
export async function ask(options: CallOptions, context: Context): Promise<Answer> {
  try {
    return await withProgress(call(options), context)
  } catch (cause) {
    const { code, message } = cause as { code?: string; message: string }
    const params = { address: options.address, why: code ?? message }
    throw new CliError(ISSUER_FAULTS.unreachable, params)
  }
}

/** The body of a success; anything else is a CliError that says what the issuer said. */
export function accept(answer: Answer, target: Target): unknown {
  const { status, body, retryAfter } = answer
  if (status >= 200 && status < 300) return body
  // A problem of the admin API (RFC 9457), or an error of the token endpoint (RFC 6749 section 5.2).
  const { code: error = record(body)['error'], detail: description } = record(body)
  const code = typeof error === 'string' ? printable(error) : `HTTP ${status}`
  if (status === 503 || status === 429) {
    const seconds = Number(retryAfter) || 1
    throw new CliError(ISSUER_FAULTS.unavailable, { status, seconds })
  }
  if (status === 401 || status === 403) {
    throw new CliError(ISSUER_FAULTS.denied, { client: target.clientId, code })
  }
  if (typeof error !== 'string') {
    throw new CliError(ISSUER_FAULTS.badAnswer, { address: target.issuerAddress })
  }
  const why = typeof description === 'string' ? printable(description) : code
  throw new CliError(ISSUER_FAULTS.refused, { why })
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
