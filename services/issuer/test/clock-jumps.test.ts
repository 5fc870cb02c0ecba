import { accessTokenVerifier, deriveServiceKey, keyMap } from '@latchkey/tokens'
import { decodeJwt } from 'jose'
import t from 'tap'
import { ISSUER, MASTER_KEY, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const HOUR = 3600

t.test('attack H12: the clock of an issuer jumps by an hour', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { refresh, tokensOf } = tokenRequests(issuer)
  const before = await tokensOf()
  const lifetime = lifetimeOf(before.access_token)
  const trueNow = issuer.now()
  const audience = decodeJwt(before.access_token).aud as string
  const facts = {
    master: MASTER_KEY,
    issuer: ISSUER,
    audience,
    alg: 'HS256',
    generation: 1,
  } as const
  const service = accessTokenVerifier({
    ...{ issuer: ISSUER, audience, clockSkewSeconds: 5 },
    keys: keyMap([deriveServiceKey(facts)]),
  })

  for (const jump of [HOUR, -HOUR]) {
    issuer.setClock(jump)
    const fresh = (await tokensOf()).access_token
    t.equal(lifetimeOf(fresh), lifetime, `${jump}: signed in meanwhile`)
    const verdict = service.verify(fresh, trueNow)
    const expected = jump > 0 ? 'not_yet_valid' : 'expired'
    t.equal(
      verdict.kind === 'invalid' && verdict.fault,
      expected,
      'for a service with the right clock',
    )
    issuer.setClock(-jump)
  }

  const after = await refresh(before.refresh_token)
  t.equal(after.statusCode, 200, 'who was signed in stays signed in')
  t.equal(lifetimeOf(after.json().access_token), lifetime)
})

function lifetimeOf(token: string): number {
  const { iat = 0, exp = 0 } = decodeJwt(token)
  return exp - iat
}
