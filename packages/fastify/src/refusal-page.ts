/** What a person reads who opens a page and is refused. Scripts and programs get what RFC 6750 section 3 says. */
import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from './refusal.ts'

/** A refusal as far as the person may know it: why a token was refused stands in the log only. */
export interface RefusedPage {
  readonly kind: Refusal['kind']
  /** Of the answer: 400, 401, 403, 404 or 503. */
  readonly status: number
}

/**
 * Gives the page as HTML, or undefined for the usual answer. May set headers; status and those of the refusal stay as they are.
 * Runs before the app's hooks, so nothing of the request has been read but its head.
 */
export type RefusalPage = (
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: RefusedPage,
) => string | undefined | Promise<string | undefined>

/**
 * Whether the answer is shown as a page: the browser says so (Fetch Metadata), or says nothing and asks for HTML. A form
 * that is sent counts as well, whatever its method.
 */
export function isShown({ headers }: IncomingMessage): boolean {
  const mode = headers['sec-fetch-mode']
  return (
    (mode === undefined || mode === 'navigate') &&
    headers.upgrade === undefined &&
    (headers.accept ?? '').includes('text/html')
  )
}

/** The page of the app; undefined when it has none for this, or failed to make it: the refusal stands whatever happens. */
export async function pageFor(
  page: RefusalPage,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: RefusedPage,
): Promise<string | undefined> {
  try {
    return await page(request, reply, refusal)
  } catch (err) {
    request.log.error({ err }, 'refusalPage failed')
    return undefined
  }
}
