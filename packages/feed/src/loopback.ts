import type { LookupFunction } from 'node:net'

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/**
 * RFC 6761 section 6.3: localhost and names under it mean this machine. Asking a name server could send the credentials
 * elsewhere in plain text, and many do not know `sso.localhost`.
 */
export const lookupLoopback: LookupFunction = (_, options, callback) => {
  if (options.all) callback(null, LOOPBACK)
  else callback(null, '127.0.0.1', 4)
}
