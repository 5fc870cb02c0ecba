import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { judgeLatchkey } from './latchkey/judge-latchkey.ts'

const redis = await startRedis()
t.teardown(() => redis.stop())

await t.test('Latchkey on Redis', (t) => judgeLatchkey(t, redis.url))
