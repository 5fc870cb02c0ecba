import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { journeys } from './journeys.ts'
import { sampleCluster } from './sample-cluster.ts'

const redis = await startRedis()
const cluster = await sampleCluster({ redisUrl: redis.url })
t.teardown(async () => {
  await cluster.close()
  await redis.stop()
})

t.test('journeys on Redis', (t) => journeys(t, cluster))
