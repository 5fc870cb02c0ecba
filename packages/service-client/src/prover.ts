/** The sender's side of DPoP: RFC 9449 sections 5, 7 and 8. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { clientSigningKey, createDpopProof, DPOP_ALGS, type Jwk } from '@latchkey/tokens'

/** What a request is, to whom it goes. `uri` is the address by which the receiver knows itself. */
export interface Proven {
  readonly method: string
  readonly uri: URL
}

export interface Prover {
  /** The header `DPoP` of one request. */
  proof(request: Proven, accessToken?: string): string
  /** Remembers the nonce of an answer (section 8.2); true when there was one. */
  learn(answer: Response, request: Proven): boolean
}

/** `source` true: a key of this process, made now. @throws InputError `dpop-alg`, and what `clientSigningKey` throws */
export function prover(source: true | Jwk | KeyObject, clock: Pick<Clock, 'nowMs'>): Prover {
  const key = clientSigningKey(
    source === true ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : source,
  )
  if (!DPOP_ALGS.some((alg) => alg === key.alg)) {
    throw new InputError('dpop-alg', {
      received: key.alg,
      expected: `a key of ${DPOP_ALGS.join(', ')}`,
      where: 'dpop',
    })
  }
  /** By origin: there are as many as services are called. */
  const nonces = new Map<string, string>()
  return {
    proof: ({ method, uri }, accessToken) => {
      const nonce = nonces.get(uri.origin)
      return createDpopProof(key, {
        ...{ method, uri: uri.href, nowSeconds: nowSeconds(clock) },
        ...(accessToken !== undefined && { accessToken }),
        ...(nonce !== undefined && { nonce }),
      })
    },
    learn: (answer, { uri }) => {
      const nonce = answer.headers.get('dpop-nonce')
      if (nonce === null) return false
      nonces.set(uri.origin, nonce)
      return true
    },
  }
}
