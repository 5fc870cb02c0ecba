import { ADDRESS_FINDINGS } from './doctor-address.ts'
import { DATABASE_FINDINGS } from './doctor-databases.ts'
import { ISSUER_FINDINGS } from './doctor-issuer.ts'
import type { Text } from './text.ts'

/** What a finding is, and how to mend it. Its facts are filled in. */
export interface FindingTexts {
  readonly what: Text
  readonly mend: Text
}

/** Everything that the doctor can find. */
export const DOCTOR_FINDINGS = { ...ISSUER_FINDINGS, ...DATABASE_FINDINGS, ...ADDRESS_FINDINGS }
