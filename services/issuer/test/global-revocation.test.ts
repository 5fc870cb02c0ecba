/** Global Token Revocation: another system ends everything of a person. */
import t from 'tap'
import { ISSUER, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const PATH = '/global-token-revocation'
const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { tokensOf, refresh } = tokenRequests(issuer)
await issuer.changeClient('support', { grants: [{ audience: ISSUER, grant: `POST ${PATH}` }] })
const tokenOf = async (clientId: string) =>
  (await issuer.post('/token', { grant_type: 'client_credentials' }, clientId)).json().access_token
const token = await tokenOf('support')

const ask = (body: object | string, authorization = `Bearer ${token}`) =>
  issuer.app.inject({
    method: 'POST',
    url: PATH,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  })

t.test('discovery names the address', async (t) => {
  const document = (await issuer.app.inject('/.well-known/oauth-authorization-server')).json()
  t.equal(document.global_token_revocation_endpoint, `${ISSUER}${PATH}`)
})

t.test('sessions, refresh tokens and access tokens end, however the person is named', async (t) => {
  const sub = await issuer.sub('ada')
  for (const sub_id of [
    { format: 'iss_sub', iss: ISSUER, sub },
    { format: 'opaque', id: sub },
    { format: 'email', email: 'Ada@Example.com' },
  ]) {
    const browser = issuer.browser()
    const tokens = await tokensOf(browser)
    const answer = await ask({ sub_id })
    t.strictSame([answer.statusCode, answer.body], [204, ''], sub_id.format)
    t.equal((await refresh(tokens.refresh_token)).json().error, 'invalid_grant')
    const userinfo = await issuer.app.inject({
      url: '/userinfo',
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    t.equal(userinfo.statusCode, 401)
    t.match((await browser.get('/authorize?prompt=none')).statusCode, /^[34]/)
    t.equal((await issuer.store.sessions.listByUser(sub, 10, issuer.now())).length, 0)
    const [record] = await issuer.directory.audit.list({ limit: 1, action: 'end' })
    t.match(record, {
      target: `user ${sub}`,
      reason: 'external_signal',
      actor: { sub: 'svc:support', clientId: 'support' },
    })
  }
})

t.test('what is missing is named', async (t) => {
  const stranger = await ask({ sub_id: {} }, `Bearer ${await tokenOf('operator')}`)
  t.match(stranger.json().error_description, `needs the grant POST ${PATH}`)
  const foreign = await ask({ sub_id: { format: 'phone_number', phone_number: '+1' } })
  t.match(foreign.json(), {
    error: 'subject_unprocessable',
    error_description: /other than iss_sub, opaque and email/,
  })
})

t.test('what cannot be done is said with the status of the draft, and ends nothing', async (t) => {
  const before = (await issuer.directory.audit.list({ limit: 100, action: 'end' })).length
  await issuer.directory.users.create({ username: 'twin1', email: 'twin@example.com' })
  await issuer.directory.users.create({ username: 'twin2', email: 'twin@example.com' })
  const rows: [string, number, ReturnType<typeof ask>][] = [
    ['nothing', 400, ask({})],
    ['no JSON', 400, ask('{')],
    ['no identifier', 400, ask({ sub_id: 'ada' })],
    ['a format without its members', 400, ask({ sub_id: { format: 'email' } })],
    ['no token', 401, ask({ sub_id: {} }, '')],
    ['a bad token', 401, ask({ sub_id: {} }, 'Bearer x')],
    ['another machine', 403, ask({ sub_id: {} }, `Bearer ${await tokenOf('operator')}`)],
    ['an unknown subject', 404, ask({ sub_id: { format: 'opaque', id: 'u_0' } })],
    ['a machine', 404, ask({ sub_id: { format: 'opaque', id: 'svc:orders' } })],
    ['an unknown address', 404, ask({ sub_id: { format: 'email', email: 'da@example.com' } })],
    ['two people', 422, ask({ sub_id: { format: 'email', email: 'twin@example.com' } })],
    ['another issuer', 422, ask({ sub_id: { format: 'iss_sub', iss: 'https://x', sub: 'u_0' } })],
    ['a telephone', 422, ask({ sub_id: { format: 'phone_number', phone_number: '+1' } })],
  ]
  for (const [name, status, answer] of rows) t.equal((await answer).statusCode, status, name)
  const after = (await issuer.directory.audit.list({ limit: 100, action: 'end' })).length
  t.equal(after, before)
})
