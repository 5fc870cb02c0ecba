import { setImmediate } from 'node:timers/promises'

/** Entries between two pauses: with an embedded database they would take some 20 ms. */
const ENTRIES = 100

/** Lets others have their turn now and then: the embedded database never waits, and a file may declare ten thousand people. */
export async function pauseAt(index: number): Promise<void> {
  if (index % ENTRIES === ENTRIES - 1) await setImmediate()
}
