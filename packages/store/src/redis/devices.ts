import { partitionOfDeviceCode } from '@latchkey/protocol'
import { devicePartition, requireDevicePartition } from '../device-partition.ts'
import type { DevicePoll, DeviceRecord, DeviceStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import type { Reply } from './script.ts'

export function redisDevices({ redis, run, keys, partitions }: RedisContext): DeviceStore {
  const linger = STORE_LIMITS.settledSeconds

  /** What stands behind a user code: a line with the digest of the device code and the expiry, then the record. */
  async function readUserCode(userCode: string, now: number) {
    const { userCode: keyOf } = keys(devicePartition(userCode, partitions))
    const text = await guarded(redis.get(keyOf(textDigest(userCode))))
    const [head = '', json = ''] = text?.split('\n') ?? []
    const [digest = '', expiresAt] = head.split(' ')
    return now < Number(expiresAt) ? { digest, json } : undefined
  }

  return {
    async start(deviceCode, record, intervalSeconds, now) {
      const partition = requireDevicePartition(deviceCode, record.userCode, partitions)
      const { device, userCode } = keys(partition)
      const digest = textDigest(deviceCode)
      const [word] = await run(
        'start-device',
        [device(digest), userCode(textDigest(record.userCode))],
        now,
        digest,
        record.expiresAt,
        intervalSeconds,
        JSON.stringify(record.clientId),
        JSON.stringify(record),
        linger,
      )
      return word === 'ok'
    },

    async find(userCode, now) {
      const found = await readUserCode(userCode, now)
      return found && (JSON.parse(found.json) as DeviceRecord)
    },

    async decide(userCode, decision, now) {
      const found = await readUserCode(userCode, now)
      if (!found) return false
      const { device, userCode: keyOf } = keys(devicePartition(userCode, partitions))
      const [word] = await run(
        'decide-device',
        [device(found.digest), keyOf(textDigest(userCode))],
        now,
        found.digest,
        decision.kind,
        JSON.stringify(decision),
        linger,
      )
      return word === 'ok'
    },

    async poll(deviceCode, clientId, now) {
      const partition = partitionOfDeviceCode(deviceCode)
      if (partition === undefined || partition >= partitions) return { kind: 'unknown' }
      const { device } = keys(partition)
      const reply = await run(
        'poll-device',
        [device(textDigest(deviceCode))],
        now,
        JSON.stringify(clientId),
        linger,
        STORE_LIMITS.slowDownSeconds,
      )
      return devicePoll(reply)
    },
  }
}

function devicePoll([word, ...facts]: Reply): DevicePoll {
  switch (word) {
    case 'approved': {
      const [record, decision] = facts
      const { sid, sub, scope } = JSON.parse(String(decision))
      return { kind: 'approved', record: JSON.parse(String(record)), sid, sub, scope }
    }
    case 'slow_down':
      return { kind: 'slow_down', intervalSeconds: Number(facts[0]) }
    default:
      return { kind: word as 'pending' | 'denied' | 'expired' | 'unknown' }
  }
}
