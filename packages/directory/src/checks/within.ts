import { InputError } from '@latchkey/protocol'

/** Runs `work`; an InputError from it gets `place` in front of its own, so that a message leads into the file. */
export async function within<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw error.moved((where) => (where === undefined ? place : `${place}.${where}`))
  }
}
