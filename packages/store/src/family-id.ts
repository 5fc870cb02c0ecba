import { InputError, partitionOfSession } from '@latchkey/protocol'

/** The parts of `<sid>~<name>`: the name tells the families of one session apart. */
export interface FamilyId {
  readonly sid: string
  readonly name: string
  readonly partition: number
}

const FAMILY_ID = /^(.{1,64})~([A-Za-z0-9_-]{8})$/

/** Undefined when the text is no family id. */
export function parseFamilyId(familyId: string): FamilyId | undefined {
  const [, sid, name] = FAMILY_ID.exec(familyId) ?? []
  if (sid === undefined || name === undefined) return undefined
  const partition = partitionOfSession(sid)
  return partition === undefined ? undefined : { sid, name, partition }
}

/** For a family that is about to be created. Throws InputError `family-id` when the id is not one of its session. */
export function requireFamilyId(family: { familyId: string; sid: string }): FamilyId {
  const id = parseFamilyId(family.familyId)
  if (id?.sid === family.sid) return id
  throw new InputError('family-id', { received: 'another text', expected: '<sid>~<8 base64url>' })
}
