/** The name of a numbering: what a bitmap of route numbers means (packages/permissions/README.md). */
import { createHash } from 'node:crypto'

/** A route with the number that it keeps for ever. */
export interface NumberedRoute {
  readonly number: number
  readonly method: string
  readonly pattern: string
}

/** 96 bits: numberings of one service are told apart, and nobody but the service itself could make two alike. */
const HASH_CHARS = 16
const HASH = /^[A-Za-z0-9_-]{16}$/

/** Of a catalogue without routes. */
export const EMPTY_CATALOGUE_HASH = ''

/**
 * The hash of a catalogue that has grown by one route: the first 16 characters of the base64url of
 * SHA-256(hash before ‖ LF ‖ number ‖ SP ‖ method ‖ SP ‖ pattern). A catalogue only grows, so that its hash names the
 * meaning of every number in it, and all hashes that it had before are hashes of its beginnings.
 */
export function nextCatalogueHash(
  before: string,
  { number, method, pattern }: NumberedRoute,
): string {
  return createHash('sha256')
    .update(`${before}\n${number} ${method} ${pattern}`)
    .digest('base64url')
    .slice(0, HASH_CHARS)
}

/** The hash of a whole catalogue, in the order of its numbers. */
export function catalogueHash(routes: Iterable<NumberedRoute>): string {
  let hash = EMPTY_CATALOGUE_HASH
  for (const route of routes) hash = nextCatalogueHash(hash, route)
  return hash
}

/** Whether a text can be the hash of a catalogue with routes. */
export function isCatalogueHash(text: string): boolean {
  return HASH.test(text)
}
