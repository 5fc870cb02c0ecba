/** What is told about a person by request: OpenID Connect Core sections 5.1 and 5.1.1. */
import { InputError, LIMITS } from '@latchkey/protocol'
import { checkAbsoluteUri, refuseUri } from '../checks/absolute-uri.ts'
import { checkText, quoted } from '../checks/text.ts'
import type { UserAddress, UserProfile } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'

type Check = (text: string, where: string) => void
type TextMember = Exclude<keyof UserProfile, 'phone_number_verified' | 'address'>

const CHECKS: Record<TextMember, Check> = {
  given_name: checkLine,
  family_name: checkLine,
  middle_name: checkLine,
  nickname: checkLine,
  profile: checkUrl,
  picture: checkUrl,
  website: checkUrl,
  gender: checkLine,
  birthdate: (text, where) =>
    mustBe(isBirthdate(text), text, where, 'YYYY-MM-DD, 0000-MM-DD or YYYY'),
  zoneinfo: (text, where) =>
    mustBe(isZone(text), text, where, 'an IANA zone such as Europe/Berlin'),
  // E.164 section 6: at most 15 digits, no country code begins with 0.
  phone_number: (text, where) =>
    mustBe(/^\+[1-9]\d{1,14}$/.test(text), text, where, 'a number such as +4915112345678 (E.164)'),
}

/** The members of a profile that are texts, each with a check of its own. */
export const PROFILE_TEXTS = Object.keys(CHECKS) as readonly TextMember[]

/** OpenID Connect Core section 5.1.1. */
export const ADDRESS_MEMBERS = [
  'formatted',
  'street_address',
  'locality',
  'region',
  'postal_code',
  'country',
] as const satisfies readonly (keyof UserAddress)[]

/** The members that are given, in a fixed order; those that are '' are taken away. Throws InputError `profile`. */
export function checkProfile(profile: UserProfile): UserProfile {
  refuseOthers(profile, [...PROFILE_TEXTS, 'phone_number_verified', 'address'], 'profile')
  const checked: Record<string, unknown> = {}
  for (const member of PROFILE_TEXTS) {
    const text = profile[member]
    if (text === undefined || text === '') continue
    const where = `profile.${member}`
    CHECKS[member](checkIsText(text, where), where)
    checked[member] = text
  }
  const { phone_number_verified: verified, address } = profile
  if (verified !== undefined) {
    const where = 'profile.phone_number_verified'
    if (typeof verified !== 'boolean') refuse('something else', 'true or false', where)
    if (verified && !('phone_number' in checked)) {
      refuse('true without a number', 'a number, or not verified', where)
    }
    checked['phone_number_verified'] = verified
  }
  const lines = address === undefined ? {} : checkAddress(address)
  return Object.keys(lines).length === 0 ? checked : { ...checked, address: lines }
}

function checkAddress(address: UserAddress): UserAddress {
  if (typeof address !== 'object' || address === null) {
    refuse('something else', 'an address by its members', 'profile.address')
  }
  refuseOthers(address, ADDRESS_MEMBERS, 'profile.address')
  const checked: Record<string, string> = {}
  for (const member of ADDRESS_MEMBERS) {
    const text = address[member]
    if (text === undefined || text === '') continue
    const where = `profile.address.${member}`
    const rule = { code: 'profile', where, maxChars: DIRECTORY_LIMITS.addressChars }
    // Section 5.1.1: both may have several lines, apart by a line feed, alone or after a carriage return.
    const hasLines = member === 'formatted' || member === 'street_address'
    checkText(checkIsText(text, where).replaceAll(hasLines ? /\r?\n/g : /$^/g, ' '), rule)
    checked[member] = text
  }
  return checked
}

function refuseOthers(given: object, known: readonly string[], where: string): void {
  const other = Object.keys(given).find((member) => !known.includes(member))
  if (other !== undefined) refuse(quoted(other), `one of ${known.join(', ')}`, where)
}

function checkIsText(value: unknown, where: string): string {
  return typeof value === 'string' ? value : refuse('something else', 'text', where)
}

function checkLine(text: string, where: string): void {
  checkText(text, { code: 'profile', where, maxChars: DIRECTORY_LIMITS.nameChars })
}

/** It becomes a link or an image at clients: `javascript:` and `data:` would run there. */
function checkUrl(text: string, where: string): void {
  const rule = { code: 'profile', where, maxChars: LIMITS.uriChars }
  const { protocol } = checkAbsoluteUri(text, rule)
  if (protocol !== 'https:' && protocol !== 'http:') refuseUri(rule, quoted(text), 'https or http')
}

/** ISO 8601-1: a year, or a day of the calendar; the year 0000 hides the year, and has a 29th of February. */
function isBirthdate(text: string): boolean {
  if (/^\d{4}$/.test(text)) return text !== '0000'
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** Intl takes offsets such as `+01:00` too, which are no names. */
function isZone(text: string): boolean {
  if (text.length > DIRECTORY_LIMITS.zoneChars || !/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text))
    return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return true
  } catch {
    return false
  }
}

function mustBe(isFit: boolean, text: string, where: string, expected: string): void {
  if (!isFit) refuse(quoted(text), expected, where)
}

function refuse(received: string, expected: string, where: string): never {
  throw new InputError('profile', { received, expected, where })
}
