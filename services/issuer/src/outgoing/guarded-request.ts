/**
 * The one door through which the issuer asks anything of others: logout tokens that it posts, key sets that it fetches. The
 * addresses come from clients, so each of them is an attempt to make the issuer call something inside its own network until the
 * opposite is shown (server-side request forgery). What holds for every request:
 *
 * - https to public hosts; anything else only where `outgoing.allow` names it (outgoing-rules.ts, public-address.ts).
 * - The host is resolved once, every address is looked at, and the connection goes to an address that was looked at: a name that
 *   resolves to something else a moment later (DNS rebinding) gains nothing. TLS and the Host header keep the name.
 * - No redirect is followed; a 3xx is an answer like another.
 * - No cookie, no credential of ours, no proxy of the environment, no connection that is used again.
 * - Five seconds for everything together, 64 KiB of body, no decompression, only the media types that the caller wants.
 *
 * What became of a request goes to logs and to administrators. A client never learns it: it would be a way to scan the network.
 */
import type { LookupAddress } from 'node:dns'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { outgoingRules } from './outgoing-rules.ts'
import { readBody } from './read-body.ts'
import { hostResolver, type ResolveHost } from './resolve-host.ts'

export interface OutgoingRequest {
  readonly uri: string
  /** Posted as `application/x-www-form-urlencoded`. Without it and without `content` the request is a GET. */
  readonly form?: Readonly<Record<string, string>>
  /** Posted as it is, instead of a form. */
  readonly content?: { readonly mediaType: string; readonly text: string }
  /** What the one who named the address wants to see: a credential of theirs, for this host. */
  readonly authorization?: string
  /** Media types of a body that is wanted. Absent: nothing but the status is looked at. */
  readonly mediaTypes?: readonly string[]
  /** The status with which it is read. Default 200. */
  readonly bodyStatus?: number
}

export type OutgoingOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** '' unless it was wanted and the status is the one for that. */
      readonly body: string
      readonly cacheControl: string
    }
  /** `why`: a word of ours such as `address_refused` or `timeout`, or Node's code such as `ECONNREFUSED`. Never for clients. */
  | { readonly kind: 'failed'; readonly why: string }

/** Does not throw. */
export type GuardedRequest = (request: OutgoingRequest) => Promise<OutgoingOutcome>

export interface GuardedRequestOptions {
  /** Hosts, addresses and ranges that may be loopback or private, and spoken to by plain http. */
  readonly allow: readonly string[]
  /** For everything together. Default 5,000 ms. */
  readonly timeoutMs?: number
  /** Default: the system's resolver. */
  readonly lookup?: ResolveHost
}

const TIMEOUT_MS = 5000

export function guardedRequest(options: GuardedRequestOptions): GuardedRequest {
  const { allow, timeoutMs = TIMEOUT_MS } = options
  const rules = outgoingRules(allow)
  const resolveHost = hostResolver(options.lookup)
  return async (request) => {
    const signal = AbortSignal.timeout(timeoutMs)
    const url = URL.parse(request.uri)
    if (url === null) return failed('uri_unreadable')
    const why = rules.refuseUri(url)
    if (why !== undefined) return failed(why)
    try {
      const found = await inTime(resolveHost(url.hostname), signal)
      const addresses = found.map(({ address }) => address)
      const whyNot = rules.refuseAddresses(url, addresses)
      if (whyNot !== undefined) return failed(whyNot)
      return await read(request, await send(request, url, found, signal))
    } catch (error) {
      return failed(signal.aborted ? 'timeout' : codeOf(error))
    }
  }
}

/** Resolves with the head of the answer. */
function send(
  { form, content, authorization, mediaTypes }: OutgoingRequest,
  url: URL,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const body = content?.text ?? (form && new URLSearchParams(form).toString())
  const options: RequestOptions = {
    method: body === undefined ? 'GET' : 'POST',
    // A new agent for this request alone: it has no pool, and knows no proxy.
    agent: false,
    lookup: pinnedTo(addresses),
    signal,
    headers: {
      'user-agent': 'latchkey',
      'accept-encoding': 'identity',
      ...(mediaTypes && { accept: mediaTypes.join(', ') }),
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && {
        'content-type': content?.mediaType ?? 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
      }),
    },
  }
  return new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options)
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    // An answer that switches protocols ends without a response and without an error.
    outgoing.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    outgoing.end(body)
  })
}

/** Connects to what was looked at, whatever the name means by now. */
function pinnedTo(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses
    if (options.all) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
}

async function read(
  { mediaTypes, bodyStatus = 200 }: OutgoingRequest,
  response: IncomingMessage,
): Promise<OutgoingOutcome> {
  const { statusCode: status = 0, headers } = response
  const answered = {
    kind: 'answered',
    status,
    body: '',
    cacheControl: headers['cache-control'] ?? '',
  } as const
  if (mediaTypes === undefined || status !== bodyStatus) {
    response.destroy()
    return answered
  }
  const outcome = await readBody(response, mediaTypes)
  return outcome.kind === 'read' ? { ...answered, body: outcome.body } : failed(outcome.why)
}

function failed(why: string): OutgoingOutcome {
  return { kind: 'failed', why }
}

/** Gives up waiting for what cannot be called off. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    work.then(resolve, reject)
  })
}

function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException
  return code ?? name
}
