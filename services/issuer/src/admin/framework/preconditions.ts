/** RFC 9110 section 13.1: changes that are made only to what the caller has seen. */
import { createHash } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'

/** Strong: two representations that differ in one byte differ here. */
export function etagOf(json: string): string {
  return `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"`
}

/**
 * Compares `If-Match` and `If-None-Match` with what the route's GET would answer now; undefined: there is nothing. Called inside the
 * transaction of the change, so that nobody comes in between.
 * @throws InputError `precondition-failed`, answered with 412
 */
export function refuseChanged(request: FastifyRequest, representation: unknown): void {
  const current = representation === undefined ? undefined : etagOf(JSON.stringify(representation))
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers
  if (match !== undefined && !isAmong(current, match)) {
    throw failed(`If-Match ${match}`, current ?? 'nothing: it does not exist')
  }
  if (noneMatch !== undefined && isAmong(current, noneMatch)) {
    throw failed(`If-None-Match ${noneMatch}`, current ?? '')
  }
}

/** A weak tag matches nothing (section 13.1.1). */
function isAmong(current: string | undefined, header: string): boolean {
  if (current === undefined) return false
  return header.trim() === '*' || header.split(',').some((one) => one.trim() === current)
}

function failed(received: string, current: string): InputError {
  return new InputError('precondition-failed', {
    received: received.slice(0, 200),
    expected: `the ETag as it is now, ${current}: read it again, and decide again`,
  })
}
