import { existsSync, linkSync, mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Random } from '@latchkey/protocol'
import type { Report } from './faults.ts'
import { type Kind, scalarKind } from './kinds.ts'
import { hidden, readSecretFile } from './secrets.ts'

/** RFC 7518 section 3.2: a key for HS256 has at least 256 bits. Every key of the deployment is derived from this one. */
const MIN_KEY_BYTES = 32
const MAX_KEY_BYTES = 1024

/**
 * Random bytes in base64, either alphabet. What looks made up is refused: words, or few different bytes. Of 32 random
 * bytes fewer than 16 are different once in 10^12 keys, and all are printable once in 10^13.
 */
export function masterKey(): Kind<Buffer> {
  const shape = `at least ${MIN_KEY_BYTES} random bytes in base64: openssl rand -base64 32`
  return scalarKind(shape, 'master-key-weak', (value) =>
    typeof value === 'string' ? parseMasterKey(value) : undefined,
  )
}

function parseMasterKey(text: string): Buffer | undefined {
  const canonical = text.trim().replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  const key = Buffer.from(canonical, 'base64url')
  if (key.toString('base64url') !== canonical) return undefined
  if (key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) return undefined
  const looksMadeUp = new Set(key).size < 16 || key.every((byte) => byte >= 0x20 && byte < 0x7f)
  return looksMadeUp ? undefined : key
}

/**
 * The key of an embedded installation: read from the file, or made once and kept there, for the owner only. The file
 * appears with its whole content, so that of two processes that start at once both end with the same key.
 */
export function keptMasterKey(file: string, random: Random, report: Report): Buffer | undefined {
  if (!existsSync(file)) keep(file, random)
  const found = readSecretFile(file, 'master_key', report)
  return found && masterKey().read(found, { report: hidden({ report }), folder: '' })
}

function keep(file: string, random: Random): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${random.bytes(8).toString('hex')}`
  const key = random.bytes(MIN_KEY_BYTES).toString('base64url')
  writeFileSync(draft, `${key}\n`, { flag: 'wx', mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (cause) {
    // Somebody else was first: theirs is the key.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
  } finally {
    unlinkSync(draft)
  }
}
