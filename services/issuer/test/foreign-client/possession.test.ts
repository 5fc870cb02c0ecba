/** A foreign client with keys of its own, at every place where it proves them: RFC 9449. */
import * as oidc from 'openid-client'
import t from 'tap'
import { ISSUER } from '../test-issuer.ts'
import { callbackOf, follow, listeningIssuer, protection, refusal } from './foreign-app.ts'

const REDIRECT_URI = 'http://127.0.0.1:9/done'
// Every first request of the library is refused then, with the nonce that its second one must carry.
const { issuer, discover } = await listeningIssuer(t, { dpopNonce: 'required' })

async function boundClient() {
  const client = await discover('native', oidc.None())
  return { client, DPoP: oidc.getDPoPHandle(client, await oidc.randomDPoPKeyPair('ES256')) }
}

t.test('section 8: a client with a key of its own learns the nonces by itself', async (t) => {
  const { client, DPoP } = await boundClient()
  const { sent, checks } = await protection()
  const url = oidc.buildAuthorizationUrl(client, {
    ...sent,
    redirect_uri: REDIRECT_URI,
    dpop_jkt: await DPoP.calculateThumbprint(),
  })
  const callback = callbackOf(await follow(issuer.browser(), url))
  const tokens = await oidc.authorizationCodeGrant(client, callback, checks, undefined, { DPoP })
  t.equal(tokens.token_type, 'dpop')
  const sub = tokens.claims()?.sub ?? ''
  t.equal((await oidc.fetchUserInfo(client, tokens.access_token, sub, { DPoP })).name, 'Ada')

  const next = await oidc.refreshTokenGrant(client, tokens.refresh_token ?? '', undefined, { DPoP })
  t.equal(next.token_type, 'dpop')
  const thief = await boundClient()
  for (const options of [{ DPoP: thief.DPoP }, {}]) {
    const stolen = oidc.refreshTokenGrant(client, next.refresh_token ?? '', undefined, options)
    t.equal(await refusal(stolen), 'invalid_grant')
  }
  const asBearer = oidc.fetchUserInfo(client, next.access_token, sub)
  t.equal(await refusal(asBearer), '401', 'it is no bearer token')
  await oidc.tokenRevocation(client, next.refresh_token ?? '')
  const ended = oidc.refreshTokenGrant(client, next.refresh_token ?? '', undefined, { DPoP })
  t.equal(await refusal(ended), 'invalid_grant', 'revocation needs no proof')
})

t.test('section 10.1: a push binds the code to the key that it is proven with', async (t) => {
  const { client, DPoP } = await boundClient()
  const { sent, checks } = await protection()
  const push = () =>
    oidc.buildAuthorizationUrlWithPAR(client, { ...sent, redirect_uri: REDIRECT_URI }, { DPoP })
  const stolen = callbackOf(await follow(issuer.browser(), await push()))
  const thief = await boundClient()
  const theft = oidc.authorizationCodeGrant(client, stolen, checks, undefined, { DPoP: thief.DPoP })
  t.equal(await refusal(theft), 'invalid_grant')
  const own = callbackOf(await follow(issuer.browser(), await push()))
  const tokens = await oidc.authorizationCodeGrant(client, own, checks, undefined, { DPoP })
  t.match(tokens, { token_type: 'dpop' })
  t.equal(tokens.claims()?.iss, ISSUER)
})
