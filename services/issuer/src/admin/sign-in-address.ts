/** From where somebody signed in. The store has no room for it beside a million sessions; the record of the sign-in has it anyway. */
import type { Directory } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'

/** Of the latest sign-in of the session; undefined when its record is gone, or while SQL is: sessions are looked at in emergencies. */
export async function signInAddress(
  sid: string,
  audit: Pick<Directory['audit'], 'list'>,
): Promise<string | undefined> {
  const query = { action: 'sign_in', target: `session ${sid}`, limit: 1 }
  try {
    const [record] = await audit.list(query)
    return record?.actor.address
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined
    throw error
  }
}
