/** The load, as a program: connections that do one operation after the other for a given time. */
import { answer } from '../child.ts'
import { quantile } from '../statistics.ts'
import type { Contender, Flow } from './bench-op.ts'
import { flowAt, type Operation } from './flows.ts'
import { openWire, type Wire } from './wire.ts'

export interface LoadQuestion {
  readonly contender: Contender
  readonly flow: Flow
  readonly port: number
  readonly connections: number
  /** How long, or how many operations in all. */
  readonly until: { readonly ms: number } | { readonly operations: number }
}

export interface Load {
  readonly operations: number
  readonly seconds: number
  readonly p99Ms: number
}

interface Lane {
  readonly wire: Wire
  readonly operate: Operation
}

/** Connections are kept from turn to turn, with the refresh tokens and cookies that they hold. */
const lanes = new Map<string, Promise<Lane[]>>()

function lanesOf({ contender, flow, port, connections }: LoadQuestion): Promise<Lane[]> {
  const key = `${contender} ${flow} ${connections}`
  const open = async (number: number): Promise<Lane> => {
    const wire = await openWire(port)
    return { wire, operate: await flowAt(contender, flow)(wire, number) }
  }
  const numbers = Array.from({ length: connections }, (_, number) => number)
  const known = lanes.get(key) ?? Promise.all(numbers.map(open))
  lanes.set(key, known)
  return known
}

async function load(question: LoadQuestion): Promise<Load> {
  const all = await lanesOf(question)
  const { until } = question
  const latencies: number[] = []
  const begun = performance.now()
  let left = 'operations' in until ? until.operations : Number.POSITIVE_INFINITY
  const over = 'ms' in until ? begun + until.ms : Number.POSITIVE_INFINITY
  const drive = async ({ operate }: Lane) => {
    for (let now = performance.now(); now < over && left-- > 0; ) {
      await operate()
      const after = performance.now()
      latencies.push(after - now)
      now = after
    }
  }
  await Promise.all(all.map(drive))
  const seconds = (performance.now() - begun) / 1000
  return { operations: latencies.length, seconds, p99Ms: quantile(latencies, 0.99) }
}

answer<LoadQuestion>(load)
