import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { NOW } from './samples.ts'

export async function documentRules(t: Test, engine: Engine): Promise<void> {
  const { documents } = await engine.open(t)

  await t.test('the last text that was put is read until its second', async (t) => {
    const text = '{"v":"\\\n ü 💡 {p0}"}'
    await documents.put('end', 'a', 'first', NOW + 60, NOW)
    await documents.put('end', 'a', text, NOW + 90, NOW)
    t.equal(await documents.get('end', 'a', NOW), text)
    t.equal(await documents.get('end', 'a', NOW + 89), text)
    t.equal(await documents.get('end', 'a', NOW + 90), undefined)
  })

  await t.test('kinds and ids do not mix', async (t) => {
    await documents.put('x', 'y:z', '1', NOW + 60, NOW)
    for (const [kind, id] of [
      ['x:y', 'z'],
      ['x', 'y'],
      ['x', 'Y:z'],
      ['end', 'y:z'],
    ] as const) {
      t.equal(await documents.get(kind, id, NOW), undefined, `${kind} ${id}`)
    }
    t.equal(await documents.get('x', 'y:z', NOW), '1')
  })

  await t.test('a text of 256 KiB is kept, and one byte more is refused', async (t) => {
    const most = 'ü'.repeat(131_072)
    await documents.put('end', 'big', most, NOW + 60, NOW)
    t.equal(await documents.get('end', 'big', NOW), most)
    const tooLong = documents.put('end', 'big', `${most}x`, NOW + 60, NOW)
    await t.rejects(tooLong, { code: 'document-size', received: '262145 bytes' })
    t.equal(await documents.get('end', 'big', NOW), most)
  })
}
