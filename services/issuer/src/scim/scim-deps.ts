import type { Directory } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { RefuseMoreThanOwn } from '../admin/own-rights.ts'
import type { RecordedChange } from '../admin/recorded-change.ts'
import type { RightsChange } from '../admin/rights-change.ts'
import type { End } from '../ending/end.ts'
import type { OneTimeCodes } from '../people/one-time-codes.ts'
import type { UserSchemas } from './schemas/user-schema.ts'

/** What the endpoints of users and groups are made of. */
export interface ScimDeps {
  /** Address of SCIM: `https://sso.example/scim/v2`. */
  readonly base: string
  readonly schemas: UserSchemas
  readonly directory: Directory
  readonly documents: Pick<Store['documents'], 'get' | 'put'>
  readonly clock: Clock
  readonly codes: Pick<OneTimeCodes, 'forgive'>
  readonly end: End
  readonly recorded: RecordedChange
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}
