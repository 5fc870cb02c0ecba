/** Other libraries at the same token: signature with a pinned algorithm, `exp`, `iss`, `aud`. None looks at revocation or rights. */
import { webcrypto } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { type BenchKey, ISSUER, SERVICE } from '../bench-tokens.ts'
import { tokenOf } from '../header-block.ts'
import type { Contender, SyncContender } from './contender.ts'

export const PEERS = {
  fastJwt: 'fast-jwt',
  fastJwtCached: 'fast-jwt, cache 20,000',
  fastJwtRawKey: 'fast-jwt, cache 20,000, raw token as key',
  jsonwebtoken: 'jsonwebtoken',
  jose: 'jose, 16 in flight',
} as const

const CACHE_TOKENS = 20_000
const IN_FLIGHT = 16

/** `cached` gives both of fast-jwt's caches too. */
export async function peers(key: BenchKey, cached: boolean): Promise<Contender[]> {
  const plain = [fastJwt(PEERS.fastJwt, key, { cache: false }), jsonWebToken(key), await jose(key)]
  if (!cached) return plain
  return [
    fastJwt(PEERS.fastJwtCached, key, { cache: CACHE_TOKENS }),
    fastJwt(PEERS.fastJwtRawKey, key, {
      cache: CACHE_TOKENS,
      cacheKeyBuilder: (token: string) => token,
    }),
    ...plain,
  ]
}

function fastJwt(
  name: string,
  key: BenchKey,
  caching: { cache: number | false; cacheKeyBuilder?: (token: string) => string },
): SyncContender {
  const verify = createVerifier({
    key: key.signingKey.export(),
    algorithms: ['HS256'],
    allowedIss: ISSUER,
    allowedAud: SERVICE,
    ...caching,
  })
  return { name, role: 'peer', accepts: unlessItThrows((token) => verify(token)) }
}

function jsonWebToken(key: BenchKey): SyncContender {
  const options = { algorithms: ['HS256'], issuer: ISSUER, audience: SERVICE } as const
  return {
    name: PEERS.jsonwebtoken,
    role: 'peer',
    accepts: unlessItThrows((token) => jsonwebtoken.verify(token, key.signingKey, options)),
  }
}

async function jose(key: BenchKey): Promise<Contender> {
  // The form in which jose uses a key as it is.
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const secret = key.signingKey.export()
  const cryptoKey = await webcrypto.subtle.importKey('raw', secret, hmac, false, ['verify'])
  const options = { algorithms: ['HS256'], issuer: ISSUER, audience: SERVICE }
  return {
    name: PEERS.jose,
    role: 'peer',
    inFlight: IN_FLIGHT,
    acceptsLater: async (header) => {
      try {
        await jwtVerify(tokenOf(header), cryptoKey, options)
        return true
      } catch {
        return false
      }
    },
  }
}

function unlessItThrows(verify: (token: string) => unknown): (header: string) => boolean {
  return (header) => {
    try {
      verify(tokenOf(header))
      return true
    } catch {
      return false
    }
  }
}
