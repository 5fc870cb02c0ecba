import t from 'tap'
import { journeys } from './journeys.ts'
import { sampleCluster } from './sample-cluster.ts'

const cluster = await sampleCluster()
t.teardown(() => cluster.close())

t.test('journeys on SQLite', (t) => journeys(t, cluster))
