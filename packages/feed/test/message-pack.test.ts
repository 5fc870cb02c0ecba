/** Attack K14 in binary: what two readers could understand differently is refused. */
import { ExtData, encode } from '@msgpack/msgpack'
import t from 'tap'
import { FEED_CODECS } from '../src/codec.ts'

const { binary, text } = FEED_CODECS
const bytes = (...list: number[]) => Uint8Array.from(list)

t.test('a frame is read as it was meant, or not at all', async (t) => {
  const message = { t: 'lease?', id: 7 } as const
  t.same(binary.decode(binary.encode(message)), { kind: 'value', value: message })
  t.ok(binary.encode(message).length < text.encode(message).length)
  const nested = (levels: number) => {
    let value: unknown = 1
    for (let i = 0; i < levels; i++) value = [value]
    return encode(value, { maxDepth: 1000 })
  }
  t.match(binary.decode(nested(16)), { kind: 'value' })
  const rows: [string, Uint8Array | string, string][] = [
    ['nothing', bytes(), 'not_message_pack'],
    ['half a map', bytes(0x82, 0xa1, 0x74, 0x01), 'not_message_pack'],
    ['something behind it', bytes(0x80, 0x80), 'not_message_pack'],
    ['a reserved byte', bytes(0xc1), 'not_message_pack'],
    ['a member twice', bytes(0x82, 0xa1, 0x74, 0x01, 0xa1, 0x74, 0x02), 'duplicate_member'],
    [
      'a member twice further down',
      bytes(0x91, 0x82, 0xa1, 0x74, 1, 0xa1, 0x74, 2),
      'duplicate_member',
    ],
    ['a member named by a number', bytes(0x81, 0x01, 0x01), 'not_message_pack'],
    ['__proto__', encode({ ['__proto__x'.slice(0, 9)]: 1 }), 'not_message_pack'],
    ['a type of its own', encode(new ExtData(7, bytes(1, 2))), 'not_message_pack'],
    ['a date', encode(new Date(0)), 'not_message_pack'],
    ['bytes', encode(bytes(1, 2)), 'not_message_pack'],
    ['a list of four billion', bytes(0xdd, 0xff, 0xff, 0xff, 0xff), 'not_message_pack'],
    ['a text of four gigabytes', bytes(0xdb, 0xff, 0xff, 0xff, 0xff), 'not_message_pack'],
    ['seventeen levels', nested(17), 'too_deep'],
    ['sixty thousand levels', Uint8Array.from({ length: 60_000 }, () => 0x91), 'not_message_pack'],
    ['a text frame', '{"t":"lease?","id":7}', 'wrong_kind_of_frame'],
  ]
  for (const [name, frame, fault] of rows) {
    t.same(binary.decode(frame), { kind: 'bad', fault }, name)
  }
  t.same(text.decode(bytes(0x80)), { kind: 'bad', fault: 'wrong_kind_of_frame' })
  t.match(
    binary.decode(binary.encode(message)),
    { kind: 'value' },
    'and the next one is read again',
  )
})
