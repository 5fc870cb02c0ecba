import { randomInt } from 'node:crypto'
import { InputError } from '@latchkey/protocol'

/** With less than half of a list in use, so many tries miss once in 256 times. */
const TRIES = 8

/**
 * Places to try first. They are chosen by chance, so that a place tells nobody when its token was made or what was made before it
 * (Token Status List, section on unlinkability).
 */
export function proposedPlaces(capacity: number): number[] {
  return Array.from({ length: TRIES }, () => randomInt(capacity))
}

export function statusListFull(capacity: number): InputError {
  return new InputError('status-list-full', {
    received: `${capacity} living tokens`,
    expected: 'fewer, or more partitions of the store',
  })
}
