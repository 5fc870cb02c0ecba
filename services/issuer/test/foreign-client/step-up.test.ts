/** A foreign app that needs a stronger or a newer sign-in: OpenID Connect Core sections 2 and 5.5.1.1, RFC 9470. */
import { ACR } from '@latchkey/protocol'
import * as oidc from 'openid-client'
import t from 'tap'
import { giveOneTimeCode } from '../fixtures/one-time-code.ts'
import { hiddenFields, SECRET } from '../test-issuer.ts'
import { callbackOf, follow, listeningIssuer, protection, refusal } from './foreign-app.ts'

const { issuer, discover } = await listeningIssuer(t)
const client = await discover('orders', oidc.ClientSecretBasic(SECRET))
const STRONG = JSON.stringify({ id_token: { acr: { essential: true, value: ACR.mfa } } })

t.test('discovery says how strong a sign-in can be', async (t) => {
  t.strictSame(client.serverMetadata().acr_values_supported, [ACR.password, ACR.mfa])
})

t.test('acr_values and an essential acr lead to the one-time code', async (t) => {
  const code = await giveOneTimeCode(issuer, 'ada')
  for (const asked of [{ acr_values: ACR.mfa }, { claims: STRONG }]) {
    issuer.advance(30)
    const { sent, checks } = await protection()
    const browser = issuer.browser()
    const page = await follow(browser, oidc.buildAuthorizationUrl(client, { ...sent, ...asked }))
    const form = { ...hiddenFields(page.body), code: code() }
    const callback = callbackOf(await browser.submit('/sign-in/code', form))
    const tokens = await oidc.authorizationCodeGrant(client, callback, checks)
    t.match(tokens.claims(), { acr: ACR.mfa, amr: ['pwd', 'otp', 'mfa'] })
  }
})

t.test('where nobody has a code, a wish gives less and a must gives nothing', async (t) => {
  const ask = async (asked: Record<string, string>) => {
    const { sent, checks } = await protection()
    const url = oidc.buildAuthorizationUrl(client, { ...sent, ...asked })
    const callback = callbackOf(await follow(issuer.browser(), url, 'bob'))
    return await oidc.authorizationCodeGrant(client, callback, checks)
  }
  t.equal((await ask({ acr_values: ACR.mfa })).claims()?.['acr'], ACR.password)
  t.equal(await refusal(ask({ claims: STRONG })), 'unmet_authentication_requirements')
})

t.test('max_age asks again only after its last second', async (t) => {
  const browser = issuer.browser()
  await browser.signIn('bob')
  issuer.advance(120)
  const signedInAt = async (max_age: string) => {
    const { sent, checks } = await protection()
    const url = oidc.buildAuthorizationUrl(client, { ...sent, max_age })
    const callback = callbackOf(await follow(browser, url, 'bob'))
    const all = { ...checks, maxAge: Number(max_age) }
    return (await oidc.authorizationCodeGrant(client, callback, all)).claims()?.auth_time
  }
  t.equal(await signedInAt('120'), issuer.now() - 120)
  t.equal(await signedInAt('119'), issuer.now())
})
