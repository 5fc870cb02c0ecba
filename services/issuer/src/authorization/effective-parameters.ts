import type { Client } from '@latchkey/directory'
import type { Parameters } from '../http/parameters.ts'

/**
 * The parameters that count. A client may have sent them elsewhere, and then those in the address count for nothing but
 * `client_id`: everything after this step, the redirect URI first, looks at what comes out of it.
 */
export type EffectiveParameters = (parameters: Parameters, client: Client) => Promise<Parameters>

/** What stands in the address. */
export const asSent: EffectiveParameters = async (parameters) => parameters
