/** MessagePack of a frame, minus what two readers could understand differently, and minus types of anybody's own making. */
import { Decoder, Encoder, type ExtensionCodecType } from '@msgpack/msgpack'
import { countMembers, type ReadOutcome } from './read-outcome.ts'

/** No value of the protocol needs one, dates neither. */
const NO_EXTENSIONS: ExtensionCodecType<undefined> = {
  __brand: undefined as never,
  tryToEncode: () => null,
  decode: () => {
    throw new TypeError('extension type')
  },
}

let members = 0

const encoder = new Encoder({ extensionCodec: NO_EXTENSIONS, ignoreUndefined: true })
const decoder = new Decoder({
  extensionCodec: NO_EXTENSIONS,
  maxBinLength: 0,
  mapKeyConverter: (key) => {
    if (typeof key !== 'string') throw new TypeError('member without a name')
    members += 1
    return key
  },
})

export function writeMessagePack(value: unknown): Uint8Array {
  return encoder.encode(value)
}

/** As `readJson`: nothing nested too deep, no member twice (the decoder would keep the last one silently). */
export function readMessagePack(bytes: Uint8Array): ReadOutcome {
  members = 0
  let value: unknown
  try {
    value = decoder.decode(bytes)
  } catch {
    return { kind: 'bad', fault: 'not_message_pack' }
  }
  const left = countMembers(value)
  if (left === undefined) return { kind: 'bad', fault: 'too_deep' }
  if (left !== members) return { kind: 'bad', fault: 'duplicate_member' }
  return { kind: 'value', value }
}
