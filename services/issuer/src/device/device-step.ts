import type { DeviceRecord } from '@latchkey/store'

/** The request of a device as the form of a decision carries it, and what the proof beside it is about. */
export function deviceStep(record: DeviceRecord): {
  readonly device: string
  readonly query: string
} {
  const device = JSON.stringify(record)
  return { device, query: queryOfDevice(device) }
}

/** Never the query of an authorization request, which names a client: a proof of one flow is of no use in the other. */
export function queryOfDevice(device: string): string {
  return `device ${device}`
}
