import { newDeviceCode, randomId, systemRandom } from '@latchkey/protocol'
import {
  type DeviceDecision,
  type DeviceRecord,
  devicePartition,
  type Store,
} from '@latchkey/store'
import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { fifty, NOW, tally } from './samples.ts'

const APPROVED = { kind: 'approved', sid: 's0_x', sub: 'u_1', scope: 'openid' } as const

/** A request of a device, and the code that the device polls with. */
function sampleDevice(store: Store, change: Partial<DeviceRecord> = {}) {
  const record: DeviceRecord = {
    clientId: 'tv "4"',
    scope: 'openid orders',
    audience: 'https://orders.example',
    userCode: randomId(systemRandom),
    expiresAt: NOW + 600,
    ...change,
  }
  const partition = devicePartition(record.userCode, store.partitions)
  return { record, code: newDeviceCode(systemRandom, partition) }
}

/** RFC 8628. */
export async function deviceRules(t: Test, engine: Engine): Promise<void> {
  const store = await engine.open(t)
  const { devices } = store

  async function started(change: Partial<DeviceRecord> = {}) {
    const device = sampleDevice(store, change)
    await devices.start(device.code, device.record, 5, NOW)
    const { clientId, userCode } = device.record
    return {
      ...device,
      poll: (now: number) => devices.poll(device.code, clientId, now),
      decide: (decision: DeviceDecision, now = NOW) => devices.decide(userCode, decision, now),
    }
  }

  await t.test('a user code finds what the device asks for, until it expires', async (t) => {
    const details = [
      { type: 'latchkey_routes', routes: ['GET /a "b"\n'], locations: ['https://orders.example'] },
    ] as const
    const { record } = await started({ details })
    t.strictSame(await devices.find(record.userCode, NOW + 599), record)
    t.equal(await devices.find(record.userCode, NOW + 600), undefined)
    t.equal(await devices.find('UNKNOWN', NOW), undefined)
  })

  await t.test('what was approved is given exactly once, even to 50 at once', async (t) => {
    const { record, code, poll, decide } = await started()
    t.strictSame(await poll(NOW), { kind: 'pending' })
    t.equal(await decide(APPROVED), true)
    const outcomes = await fifty(() => devices.poll(code, record.clientId, NOW + 1))
    t.strictSame(tally(outcomes), { approved: 1, unknown: 49 }, 'early is no fault any more')
    const { kind: _, ...facts } = APPROVED
    const approved = outcomes.find(({ kind }) => kind === 'approved')
    t.strictSame(approved, { kind: 'approved', record, ...facts })
  })

  await t.test('of 50 decisions at once the first one counts', async (t) => {
    const { record, poll } = await started()
    const decisions = await fifty((index) =>
      devices.decide(record.userCode, index % 2 ? APPROVED : { kind: 'denied' }, NOW),
    )
    t.equal(decisions.filter(Boolean).length, 1)
    const first = decisions.indexOf(true)
    t.equal((await poll(NOW)).kind, first % 2 ? 'approved' : 'denied')
    t.equal(await devices.find(record.userCode, NOW), undefined)
  })

  await t.test('what was denied stays denied until it expires', async (t) => {
    const { poll, decide } = await started()
    t.equal(await decide({ kind: 'denied' }), true)
    t.strictSame(await poll(NOW), { kind: 'denied' })
    t.strictSame(await poll(NOW + 599), { kind: 'denied' })
    t.strictSame(await poll(NOW + 600), { kind: 'expired' })
    t.equal(await decide(APPROVED), false, 'nothing is left to decide')
  })

  await t.test('polling too early slows the device down for good', async (t) => {
    const { poll } = await started()
    t.strictSame(await poll(NOW), { kind: 'pending' })
    t.strictSame(await poll(NOW + 4), { kind: 'slow_down', intervalSeconds: 10 })
    t.strictSame(await poll(NOW + 13), { kind: 'slow_down', intervalSeconds: 15 })
    t.strictSame(await poll(NOW + 28), { kind: 'pending' })
    t.strictSame(await poll(NOW + 42), { kind: 'slow_down', intervalSeconds: 20 })
    const other = await started()
    await other.poll(NOW)
    t.strictSame(await other.poll(NOW + 5), { kind: 'pending' }, 'in time')
  })

  await t.test('an expired request is known for an hour, decided or not', async (t) => {
    for (const decision of [undefined, APPROVED, { kind: 'denied' } as const]) {
      const { poll, decide } = await started()
      if (decision) await decide(decision)
      t.strictSame(await poll(NOW + 600), { kind: 'expired' })
      t.strictSame(await poll(NOW + 600 + 3599), { kind: 'expired' })
      t.strictSame(await poll(NOW + 600 + 3600), { kind: 'unknown' })
    }
    const late = await started()
    t.equal(await late.decide(APPROVED, NOW + 600), false)
  })

  await t.test('another client polls in vain and changes nothing', async (t) => {
    const { code, poll, decide } = await started()
    await decide(APPROVED)
    for (const clientId of ['other', '', 'tv "4" ']) {
      t.strictSame(await devices.poll(code, clientId, NOW), { kind: 'unknown' }, clientId)
    }
    t.equal((await poll(NOW)).kind, 'approved')
  })

  await t.test(
    'a user code is used once at a time, and free when it is decided or over',
    async (t) => {
      const { record, poll } = await started()
      const again = sampleDevice(store, { userCode: record.userCode })
      const start = (now: number, expiresAt = now + 600) =>
        devices.start(again.code, { ...again.record, expiresAt }, 5, now)
      t.equal(await start(NOW + 599), false)
      t.strictSame(await devices.poll(again.code, again.record.clientId, NOW), { kind: 'unknown' })
      t.equal(await start(NOW + 600), true)
      t.strictSame(await poll(NOW + 601), { kind: 'expired' }, 'the first one is still known')
      t.equal(await devices.decide(record.userCode, { kind: 'denied' }, NOW + 601), true)
      t.equal((await devices.poll(again.code, again.record.clientId, NOW + 602)).kind, 'denied')
      const third = sampleDevice(store, { userCode: record.userCode, expiresAt: NOW + 1200 })
      t.equal(await devices.start(third.code, third.record, 5, NOW + 602), true)
    },
  )

  await t.test(
    'what is no device code is unknown, and one of another partition refused',
    async (t) => {
      const { code, record } = await started()
      for (const text of [`${code}x`, '', 'd0_', code.replace(/^d\d+/, 'd998'), record.userCode]) {
        t.strictSame(await devices.poll(text, record.clientId, NOW), { kind: 'unknown' }, text)
      }
      const elsewhere = newDeviceCode(systemRandom, 998)
      await t.rejects(devices.start(elsewhere, record, 5, NOW), { code: 'device-partition' })
    },
  )
}
