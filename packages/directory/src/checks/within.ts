import { InputError } from '@latchkey/protocol'

/** Runs `work`; an InputError from it gets `place` in front of its own, so that a message leads into the file. */
export async function within<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const { code, received, expected } = error
    const where = error.where === undefined ? place : `${place}.${error.where}`
    throw new InputError(code, { received, expected, where })
  }
}
