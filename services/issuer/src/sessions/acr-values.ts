import { ACR } from '@latchkey/protocol'

/** How a person can be authenticated here, weakest first: what discovery says and what `acr_values` may ask for. */
export const ACR_VALUES = [ACR.password, ACR.mfa] as const
