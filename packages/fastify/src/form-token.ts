/** Token in a form body: RFC 6750 section 2.2. */
import type { IncomingMessage } from 'node:http'
import { LIMITS } from '@latchkey/protocol'
import type { preValidationHookHandler } from 'fastify'

const FORM = 'application/x-www-form-urlencoded'

/**
 * How many bytes to read ahead to find a token: 0 when the request cannot carry one in its body. A body without a
 * length, an encoded or a large one is left alone; its token, if it has one, is not found.
 */
export function formBytes(raw: IncomingMessage): number {
  const type = raw.headers['content-type']
  if (type === undefined || raw.method === 'GET' || raw.method === 'HEAD') return 0
  if (!isForm(type) || raw.headers['content-encoding'] !== undefined) return 0
  const length = Number(raw.headers['content-length'])
  return Number.isSafeInteger(length) && length > 0 && length <= LIMITS.formBytes ? length : 0
}

/**
 * Reads the body and puts it back, so that the decision about the caller falls before any other hook, parser or handler
 * of the app runs. Undefined when there is no body to be had, for example because the client went away.
 */
export function readFormAhead(
  raw: IncomingMessage,
  bytes: number,
): Promise<URLSearchParams | undefined> {
  // A hook that stands before the guard has taken the body, or the client has gone.
  if (raw.readableEnded || raw.destroyed) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const finish = (form: URLSearchParams | undefined) => {
      raw.off('readable', onReadable)
      raw.off('close', onClose)
      resolve(form)
    }
    const onClose = () => finish(undefined)
    const onReadable = () => {
      for (let chunk = raw.read(); chunk !== null; chunk = raw.read()) {
        chunks.push(chunk)
        size += chunk.length
      }
      if (size < bytes) return
      const body = Buffer.concat(chunks)
      // In the same turn as the last read: once `end` has been emitted, nothing can be put back.
      raw.unshift(body)
      finish(new URLSearchParams(body.toString('latin1')))
    }
    raw.on('readable', onReadable)
    raw.on('close', onClose)
  })
}

/**
 * Takes the token out of a parsed form before schemas and handlers see it: it was meant for the guard, and a field that
 * nobody expects would be refused, stored or logged.
 */
export const dropFormToken: preValidationHookHandler = (request, _reply, done) => {
  const { body } = request
  if (typeof body === 'object' && body !== null && Object.hasOwn(body, 'access_token')) {
    const type = request.raw.headers['content-type']
    if (type !== undefined && isForm(type)) delete (body as { access_token?: unknown }).access_token
  }
  done()
}

/** Media types are compared without case and without their parameters (RFC 9110 section 8.3.1). */
function isForm(type: string): boolean {
  const end = type.indexOf(';')
  return (end === -1 ? type : type.slice(0, end)).trim().toLowerCase() === FORM
}
