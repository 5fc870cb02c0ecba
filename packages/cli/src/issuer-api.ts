import { accept } from './accept-answer.ts'
import { type Answer, type CallOptions, call } from './call.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import type { Machine, Target } from './credentials.ts'
import { loginToken } from './login/login-token.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'
import { withProgress } from './progress.ts'

/** The admin API of an issuer, as a machine or as the person who has signed in. */
export interface IssuerApi {
  get(path: string): Promise<unknown>
  /** With the ETag, for a change of what was read that must not undo somebody else's. */
  read(path: string): Promise<{ readonly body: unknown; readonly etag: string | undefined }>
  /** The body of a success, piece by piece as it arrives, however long that takes. */
  pour(path: string, sink: (chunk: Buffer) => Promise<void>): Promise<void>
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options?: {
      readonly ifMatch?: string | undefined
      /** Default 15,000. */
      readonly timeoutMs?: number
    },
  ): Promise<unknown>
}

/** Seconds. A token that ends while the request is on its way would be refused. */
const SPARE_SECONDS = 20
/** A day: what is poured may be millions of records over a slow line. */
const POUR_MS = 86_400_000

export function issuerApi(target: Target, context: Context): IssuerApi {
  const token = tokenSource(target, context)
  const once = async (options: ApiRequest, fresh: boolean) => {
    const headers = {
      ...options.headers,
      authorization: `Bearer ${await token(fresh)}`,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    return await ask({ ...place(target), ...options, headers }, context)
  }
  const exchange = async (options: ApiRequest) => {
    const answer = await once(options, false)
    // A change of rights makes tokens stale: a new one has the new rights (RFC 6750 section 3.1).
    const again = answer.status === 401 && target.as.kind === 'person'
    return accept(again ? await once(options, true) : answer, target)
  }
  return {
    get: async (path) => (await exchange({ method: 'GET', path })).body,
    read: async (path) => {
      const { body, headers } = await exchange({ method: 'GET', path })
      return { body, etag: headers.etag }
    },
    pour: async (path, sink) => {
      await exchange({ method: 'GET', path, sink, timeoutMs: POUR_MS })
    },
    send: async (method, path, body, { ifMatch, ...timing } = {}) => {
      const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
      const text = body === undefined ? {} : { body: JSON.stringify(body) }
      return (await exchange({ method, path, headers, ...text, ...timing })).body
    },
  }
}

type ApiRequest = Pick<CallOptions, 'method' | 'path' | 'body' | 'headers' | 'sink' | 'timeoutMs'>

/** Gives the token of now: a listing of a million may take longer than one lives. */
function tokenSource({ as, ...target }: Target, context: Context) {
  if (as.kind === 'person') {
    let { login } = as
    return async (fresh: boolean) => {
      login = await loginToken(login, context, fresh)
      return login.accessToken
    }
  }
  let token: Promise<string> | undefined
  let endsAtMs = 0
  return async () => {
    const { now } = context.terminal
    if (token === undefined || now() > endsAtMs) {
      token = fetchToken({ ...target, as }, context).then(({ text, seconds }) => {
        endsAtMs = now() + (seconds - SPARE_SECONDS) * 1000
        return text
      })
      endsAtMs = Number.POSITIVE_INFINITY
    }
    return await token
  }
}

export interface MachineTarget extends Target {
  readonly as: Machine
}

/** RFC 6749 section 4.4. */
async function fetchToken(target: MachineTarget, context: Context) {
  const form = { grant_type: 'client_credentials', resource: target.issuer }
  const body = record(accept(await postForm('/token', form, target, context), target).body)
  const { access_token: text, expires_in: seconds } = body
  if (typeof text === 'string') return { text, seconds: Number(seconds) || 0 }
  throw new CliError(ISSUER_FAULTS.badAnswer, { address: target.issuerAddress })
}

/** A form with the client's credentials. RFC 6749 section 2.3.1: id and secret are form-encoded before base64. */
export async function postForm(
  path: string,
  form: Readonly<Record<string, string>>,
  target: MachineTarget,
  context: Context,
): Promise<Answer> {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  const pair = `${encode(target.as.clientId)}:${encode(target.as.clientSecret)}`
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

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
