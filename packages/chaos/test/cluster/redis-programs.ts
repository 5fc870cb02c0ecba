import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '../../src/index.ts'

type ProcessPlan = Plan['processes'][number]

/** What was acknowledged is on the disk: a Redis that forgets at its death signs everybody out. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '']

/** A redis-server that keeps what it has acknowledged; `replicaOf` the port of its master. */
export function redisProgram(
  name: string,
  port: number,
  folder: string,
  replicaOf?: number,
): ProcessPlan {
  const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder]
  const file = ['--appenddirname', name.replace(' ', '-'), '--dbfilename', `${port}.rdb`]
  const replica = replicaOf === undefined ? [] : ['--replicaof', `127.0.0.1 ${replicaOf}`]
  return {
    name,
    command: ['redis-server', ...own, ...file, ...DURABLE, ...replica],
    ready: `tcp://127.0.0.1:${port}`,
    supervised: false,
  }
}

/** One sentinel that decides alone, within half a second. */
export function sentinelProgram(
  name: string,
  port: number,
  folder: string,
  master: { readonly name: string; readonly port: number },
): ProcessPlan {
  const file = join(folder, `${name}.conf`)
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${master.name} 127.0.0.1 ${master.port} 1`,
    `sentinel down-after-milliseconds ${master.name} 300`,
    `sentinel failover-timeout ${master.name} 3000`,
  ]
  // It keeps what it has learnt in this file.
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return {
    name,
    command: ['redis-server', file, '--sentinel'],
    ready: `tcp://127.0.0.1:${port}`,
    supervised: false,
  }
}

/**
 * One master, two replicas that are in step with it, and a sentinel that sees them. What is wrong longest is looked at first:
 * the command runs ten times a second until all is well.
 */
export function replicationIsHealthy(ports: readonly number[], sentinel: number): string[] {
  const script = `
    ! redis-cli -p ${sentinel} sentinel replicas latchkey | grep -qE 's_down|o_down|disconnected' &&
    all=$(for port in ${ports.join(' ')}; do redis-cli -p $port info replication; done | tr -d '\\r') &&
    count() { [ "$(echo "$all" | grep -c "$1")" = "$2" ]; } &&
    count '^role:master' 1 && count '^master_link_status:up' 2 && count 'state=online' 2 &&
    redis-cli -p ${sentinel} sentinel ckquorum latchkey | grep -q '^OK'`
  return ['sh', '-c', script]
}
