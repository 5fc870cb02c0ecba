/** A verifier in a process of its own, so that a test can stop and kill it: says `ready` when it has a lease. */
import { createVerifier } from '@latchkey/verifier'

const [issuer = '', issuerAddress = '', service = '', clientId = '', clientSecret = ''] =
  process.argv.slice(2)
const credentials = { clientId, clientSecret }
const verifier = await createVerifier({ issuer, issuerAddress, service, credentials })
const timer = setInterval(() => {
  if (verifier.status().leaseMs <= 0) return
  clearInterval(timer)
  process.send?.('ready')
}, 20)
