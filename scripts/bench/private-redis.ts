import { InputError } from '@latchkey/protocol'
import { type RedisServer, startRedis } from '@latchkey/store/redis-server'

/** A Redis of this run alone; undefined, and one line that says so, where none is installed. */
export async function privateRedis(say: (line: string) => void): Promise<RedisServer | undefined> {
  try {
    return await startRedis()
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== 'redis-missing') throw error
    say(`without redis-server what needs it is left out: ${error.message}`)
    return undefined
  }
}
