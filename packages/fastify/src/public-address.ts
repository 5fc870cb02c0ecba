import { InputError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'

/**
 * Where the service's routes begin as callers see them, without the last slash: the address that was given, otherwise the origin of
 * the audience. Undefined when the audience is no web address. Never made of a request: `Host` is whatever its sender writes.
 * @throws InputError `public-address`
 */
export function publicAddress(given: string | undefined, audience: string): string | undefined {
  const url = URL.parse(given ?? audience)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (given === undefined) return isWeb ? url.origin : undefined
  if (isWeb && `${url.username}${url.password}${url.search}${url.hash}` === '') {
    return url.origin + url.pathname.replace(/\/$/, '')
  }
  throw new InputError('public-address', {
    received: JSON.stringify(given),
    expected: 'an address as https://api.example.com or https://example.com/api',
    where: 'publicAddress',
  })
}

/** The public address of a request. Its URL is as it was sent, before the app rewrote it. */
export function addressOf(request: FastifyRequest, base: string | undefined): string | undefined {
  return base === undefined || !request.originalUrl.startsWith('/')
    ? undefined
    : base + request.originalUrl
}
