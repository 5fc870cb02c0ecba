import { StoreUnavailable } from '@latchkey/protocol'

/**
 * What Redis or the way to it refuses becomes StoreUnavailable: no connection, no answer in time, read-only, loading,
 * out of memory. The cause keeps the message only, because ioredis hangs the command's arguments on its errors.
 */
export async function guarded<T>(command: Promise<T>): Promise<T> {
  try {
    return await command
  } catch (error) {
    throw redisUnavailable(error)
  }
}

export function redisUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof TypeError) return error
  return new StoreUnavailable('Redis', { cause: new Error(error.message) })
}
