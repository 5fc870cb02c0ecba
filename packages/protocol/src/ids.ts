import { type Random, randomId } from './random.ts'

/** Ids name their kind and, where they live in the store, their partition: `s0_…` is a session of partition 0. */

const SESSION = /^s(\d{1,4})_[A-Za-z0-9_-]{22}$/
const CODE = /^c(\d{1,4})_[A-Za-z0-9_-]{43}$/
const DEVICE_CODE = /^d(\d{1,4})_[A-Za-z0-9_-]{43}$/

export function newSessionId(random: Random, partition: number): string {
  return `s${partition}_${randomId(random)}`
}

/** 256 random bits: a code is a credential (RFC 6749 section 10.10). */
export function newCode(random: Random, partition: number): string {
  return `c${partition}_${random.bytes(32).toString('base64url')}`
}

/** The partition a session id names, or undefined when the text is no session id. */
export function partitionOfSession(sid: string): number | undefined {
  const match = SESSION.exec(sid)
  return match ? Number(match[1]) : undefined
}

/** The partition an authorization code names, or undefined when the text is no code. */
export function partitionOfCode(code: string): number | undefined {
  const match = CODE.exec(code)
  return match ? Number(match[1]) : undefined
}

/** 256 random bits: RFC 8628 section 5.2. */
export function newDeviceCode(random: Random, partition: number): string {
  return `d${partition}_${random.bytes(32).toString('base64url')}`
}

/** The partition a device code names, or undefined when the text is no device code. */
export function partitionOfDeviceCode(deviceCode: string): number | undefined {
  const match = DEVICE_CODE.exec(deviceCode)
  return match ? Number(match[1]) : undefined
}

/** Which partition holds a subject's sessions and log entries. FNV-1a, so that every process agrees. */
export function partitionOfSubject(sub: string, partitions: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < sub.length; i++) {
    hash = Math.imul(hash ^ sub.charCodeAt(i), 0x01000193)
  }
  return (hash >>> 0) % partitions
}
