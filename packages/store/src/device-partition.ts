import { InputError, partitionOfDeviceCode, partitionOfSubject } from '@latchkey/protocol'

/**
 * The partition that a device code must name (`newDeviceCode(random, devicePartition(userCode, store.partitions))`): both
 * codes of a device stand in one, so that one step can change both.
 */
export function devicePartition(userCode: string, partitions: number): number {
  return partitionOfSubject(userCode, partitions)
}

/** For a request that is about to be kept. Throws InputError `device-partition` when the two codes do not belong together. */
export function requireDevicePartition(
  deviceCode: string,
  userCode: string,
  partitions: number,
): number {
  const expected = devicePartition(userCode, partitions)
  if (partitionOfDeviceCode(deviceCode) === expected) return expected
  throw new InputError('device-partition', {
    received: 'another text',
    expected: `a device code of partition ${expected}, where its user code is kept`,
  })
}
