import { InputError, LIMITS, type RouteDeclaration } from '@latchkey/protocol'
import type { Service } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { distinctTexts } from './at-most.ts'
import { checkAudience } from './audience.ts'
import { checkOneOf } from './one-of.ts'
import { checkName, quoted } from './text.ts'
import { checkWholeNumber } from './whole-number.ts'

const SERVICE_ALGS: readonly Service['alg'][] = ['HS256', 'RS256', 'ES256', 'EdDSA']

/** Everything about a service that needs no database. */
export function checkService(service: Service): void {
  checkAudience(service.audience, 'audience')
  checkName(service.name, {
    code: 'name',
    where: 'name',
    maxChars: DIRECTORY_LIMITS.nameChars,
  })
  checkOneOf(SERVICE_ALGS, service.alg, 'alg')
  checkWholeNumber(service.keyGeneration, {
    least: 1,
    most: 2 ** 31 - 1,
    where: 'keyGeneration',
  })
  checkWholeNumber(service.accessTokenSeconds, {
    least: 1,
    most: LIMITS.accessTokenMaxSeconds,
    where: 'accessTokenSeconds',
  })
  distinctTexts(DIRECTORY_LIMITS.clientsPerService, service.clients, 'clients')
}

/** RFC 9110 section 9.1: methods are tokens; ours are upper case, as routers have them. */
const METHOD = /^[A-Z]+(?:-[A-Z]+)*$/
const METHOD_CHARS = 32
/** No white space: the catalogue's canonical form has one route on a line, with spaces between its parts. */
const PATTERN = /^(?:\/|\*$)[^\s\p{C}]*$/u

/**
 * A route of a catalogue. Its pattern is the router's own text and only has to be fit to be stored and compared. Throws
 * InputError `route`.
 */
export function checkRoute({ method, pattern }: RouteDeclaration, where: string): void {
  const isFit =
    METHOD.test(method) &&
    method.length <= METHOD_CHARS &&
    PATTERN.test(pattern) &&
    pattern.length <= DIRECTORY_LIMITS.routePatternChars
  if (isFit) return
  throw new InputError('route', {
    received: quoted(`${method} ${pattern}`),
    expected: 'an upper-case method and a path of visible characters that begins with / (or *)',
    where,
  })
}
