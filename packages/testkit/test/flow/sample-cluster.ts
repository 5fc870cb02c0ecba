import { buildOrders } from '@latchkey/sample-a'
import { buildReports } from '@latchkey/sample-b'
import { buildLive } from '@latchkey/sample-c'
import { type Cluster, type ClusterOptions, startCluster } from '../../src/index.ts'

export const ORDERS = 'http://a.localhost'
export const REPORTS = 'http://b.localhost'
export const LIVE = 'http://c.localhost'

export interface SampleCluster extends Cluster {
  /** Runs the job of Reports now. */
  runJob(): Promise<{ orders: number; pieces: number }>
}

const READ = {
  a: ['GET /orders', 'GET /orders/:id', 'GET /summary'],
  b: ['GET /reports/*'],
  c: ['GET /live', 'GET /socket'],
}

/** The three samples with a reader, a writer, and an admin who may do everything. */
export async function sampleCluster(options: ClusterOptions = {}): Promise<SampleCluster> {
  let runJob: SampleCluster['runJob'] = () => Promise.reject(new Error('Reports is not built yet'))
  const cluster = await startCluster({
    services: [
      {
        name: 'a',
        title: 'Orders',
        web: true,
        calls: ['b', 'c'],
        grants: { c: ['POST /events'] },
        build: (env) => buildOrders({ ...env, reports: env.peer('b'), live: env.peer('c') }),
      },
      {
        name: 'b',
        title: 'Reports',
        calls: ['a', 'c'],
        grants: { a: ['GET /orders'], c: ['POST /events'] },
        build: async (env) => {
          // The job runs when a test says so.
          const reports = await buildReports({
            ...env,
            orders: env.peer('a'),
            live: env.peer('c'),
            jobSeconds: 3600,
          })
          runJob = reports.runJob
          return reports
        },
      },
      {
        name: 'c',
        title: 'Live',
        web: true,
        build: (env) => buildLive({ ...env, orders: env.peer('a') }),
      },
    ],
    roles: [
      { name: 'reader', grants: READ },
      {
        name: 'writer',
        grants: {
          ...READ,
          a: [...READ.a, 'POST /orders'],
          b: [...READ.b, 'POST /reports/:id/publish'],
        },
      },
      { name: 'admin', grants: { a: ['* /*'], b: ['* /*'], c: ['* /*'] } },
    ],
    users: [
      { username: 'rita', name: 'Rita Reader', roles: ['reader'] },
      { username: 'walter', name: 'Walter Writer', roles: ['writer'] },
      { username: 'ada', name: 'Ada Admin', roles: ['admin'] },
      { username: 'nemo', name: 'Nemo Nothing' },
    ],
    ...options,
  })
  return { ...cluster, runJob: () => runJob() }
}
