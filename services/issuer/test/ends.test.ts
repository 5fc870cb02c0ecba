import t from 'tap'
import { AUTHORIZE, answerOf, hiddenFields, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

t.test('DESIGN section 5: what is ended during a sign-in is ended for it too', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { redeem } = tokenRequests(issuer)
  const sub = await issuer.sub('ada')
  const { users } = issuer.directory
  const check = users.checkPassword

  t.test('a password that is changed while the old one is compared opens nothing', async (t) => {
    Object.assign(users, {
      checkPassword: async (username: string, password: string) => {
        const outcome = await check(username, password)
        await users.setPassword(sub, 'another-password')
        await issuer.end({ kind: 'user', sub }, 'password_changed', { sub: 'issuer' })
        return outcome
      },
    })
    const browser = issuer.browser()
    const answer = await redeem((await browser.signIn('ada')).get('code') ?? '')
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_grant'])
    t.match(await browser.get('/'), { body: /^(?![^]*Ada)/ }, 'the cookie opens nothing either')
    t.strictSame(await issuer.store.sessions.listByUser(sub, 10, issuer.now()), [])
    Object.assign(users, { checkPassword: check })
  })
  t.test('the next sign-in, with the new password, works', async (t) => {
    const browser = issuer.browser()
    const page = await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
    const form = { ...hiddenFields(page.body), username: 'ada', password: 'another-password' }
    const code = answerOf(await browser.submit('/sign-in', form)).get('code') ?? ''
    t.equal((await redeem(code)).statusCode, 200)
  })
})
