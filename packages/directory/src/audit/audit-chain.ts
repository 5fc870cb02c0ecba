/** What makes a removed or changed audit record show: each is sealed (HMAC, RFC 2104) and covers the digest of the one before it. */
import { createHmac, hash, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type AuditFacts, type AuditLink, auditLine } from './audit-line.ts'

/** Computes both. Without a key the records are chained, and anybody who can write to the database could chain them anew. */
export function linkOf(facts: AuditFacts, key: KeyObject | undefined): AuditLink {
  const seal = key === undefined ? '' : sealOf(facts, key)
  return { seal, digest: digestOf(facts, seal) }
}

function sealOf(facts: AuditFacts, key: KeyObject): string {
  return createHmac('sha256', key).update(auditLine(facts)).digest('base64url')
}

function digestOf(facts: AuditFacts, seal: string): string {
  return hash('sha256', auditLine(facts, { seal }), 'base64url')
}

/** The first thing that is wrong with a chain, and at which record. */
export interface ChainFault {
  readonly kind: /** A line that the issuer did not write like this; only in a file. */
    | 'unreadable'
    /** The record with this id is not where it belongs: removed, or another one stands in its place. */
    | 'missing'
    /** It is not what was chained, or stands on another record than the one before it. */
    | 'changed'
    /** It was not written by an issuer with this key. */
    | 'unsealed'
    /** Records before this one were taken away, and no sealed record says by whom. */
    | 'cut'
    /** The newest records are gone. */
    | 'truncated'
  readonly id: number
}

/** Place in the chain: everything up to this record is covered by the digest. */
export interface ChainHead {
  /** 0: before the first. */
  readonly id: number
  /** '' before the first. */
  readonly digest: string
}

/** Does the record follow upon `last`, and is it what was chained? Seals are looked at when there is a key. */
export function faultOfLink(
  last: ChainHead,
  { facts, link }: { facts: AuditFacts; link: AuditLink },
  key?: KeyObject,
): ChainFault | undefined {
  if (facts.id !== last.id + 1) return { kind: 'missing', id: last.id + 1 }
  if (facts.previous !== last.digest || digestOf(facts, link.seal) !== link.digest) {
    return { kind: 'changed', id: facts.id }
  }
  // What was written before there was a key has no seal; the first one with a seal covers them all, by their digests.
  if (key === undefined || link.seal === '') return undefined
  const isSealed = sameSeal(link.seal, sealOf(facts, key))
  return isSealed ? undefined : { kind: 'unsealed', id: facts.id }
}

function sameSeal(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** For people to keep elsewhere: `1234.<digest>`. */
export function headText({ id, digest }: ChainHead): string {
  return `${id}.${digest}`
}

/** Undefined when it is no head. */
export function readHead(text: string): ChainHead | undefined {
  const [, id, digest = ''] = /^(\d{1,15})\.([\w-]{43})$/.exec(text) ?? []
  return id === undefined ? undefined : { id: Number(id), digest }
}
