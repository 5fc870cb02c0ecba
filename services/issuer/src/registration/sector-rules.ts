/**
 * Sectors of apps that register themselves: OpenID Connect Core section 8.1. An app names a sector by the host of its redirect URIs, and
 * nothing proves that the host is its own but that codes are sent there. So nothing else may lead to subjects of that sector:
 * whoever named the host of another app would learn by which subjects that app knows people.
 */
import type { Client, NewClient } from '@latchkey/directory'
import { DEVICE_GRANT } from '../grants/device-code.ts'
import { refuseMetadata } from './metadata-errors.ts'

type SectorFacts = Pick<NewClient, 'subjectType' | 'grantTypes'>

/** A device gets its tokens without anybody being sent to that host. */
export function checkSectorIsReached({ subjectType, grantTypes = [] }: SectorFacts): void {
  if (subjectType !== 'pairwise' || !grantTypes.includes(DEVICE_GRANT)) return
  throw refuseMetadata('subject_type', 'pairwise_device', 'public for the device grant')
}

/** A refresh token was given for a code that was sent to the host of that time. */
export function checkSectorStays(
  before: Pick<Client, 'subjectType' | 'sectorHost'>,
  after: Pick<Client, 'subjectType' | 'sectorHost'>,
): void {
  if (after.subjectType === 'public' || before.sectorHost === after.sectorHost) return
  throw refuseMetadata('subject_type', 'sector_differs', 'the sector of this registration')
}
