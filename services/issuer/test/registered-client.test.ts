import { applyDeclared, type Directory } from '@latchkey/directory'
import t from 'tap'
import { DEVICE_GRANT } from '../src/grants/device-code.ts'
import {
  type Body,
  isRefusal,
  METADATA,
  type Registered,
  registrationScene,
} from './fixtures/registration-scene.ts'
import { ISSUER, VERIFIER } from './test-issuer.ts'

const scene = await registrationScene()
t.teardown(() => scene.issuer.close())
const { issuer, admin, initial, send, registered, manage } = scene

t.test('RFC 7592: an app reads, changes and deletes its own registration', async (t) => {
  const client = await registered({ grant_types: ['authorization_code', 'refresh_token'] })
  const read = await manage('GET', client)
  const { client_secret, client_secret_expires_at, ...known } = client
  t.strictSame([read.statusCode, read.json()], [200, known], 'all but the secret, kept as a digest')
  const changed = await manage('PUT', client, { ...METADATA, client_name: 'Later', client_secret })
  t.strictSame(
    [changed.statusCode, changed.json()],
    [200, { ...known, client_name: 'Later', grant_types: ['authorization_code'] }],
    'what is left out is back at its default',
  )
  const stored = await issuer.directory.clients.find(client.client_id)
  t.ok(stored && issuer.directory.clientSecrets.match(stored, client_secret), 'the secret stays')

  const open = (
    await manage('PUT', client, { ...METADATA, token_endpoint_auth_method: 'none' })
  ).json()
  t.equal(open.token_endpoint_auth_method, 'none')
  const back = (await manage('PUT', client, METADATA)).json<Registered>()
  t.match(back.client_secret, /^[\w-]{43}$/, 'who needs a secret again gets a new one')
  t.not(back.client_secret, client_secret)
  t.equal(back['client_secret_expires_at'], 0)

  const gone = await manage('DELETE', client)
  t.strictSame([gone.statusCode, gone.body], [204, ''])
  t.equal(await issuer.directory.clients.find(client.client_id), undefined)
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    t.ok(isRefusal(await manage(method, client, METADATA), 401, 'invalid_token'), method)
  }
  const records = await issuer.directory.audit.list({
    limit: 20,
    target: `client ${client.client_id}`,
  })
  const actions = new Set(records.map(({ action }) => action))
  t.strictSame([...actions].sort(), ['client.delete', 'client.register', 'client.update', 'end'])
})

t.test('RFC 7592 section 2.3: what a deleted client had got is dead', async (t) => {
  const client = await registered({ token_endpoint_auth_method: 'none' })
  const [redirect_uri = ''] = METADATA.redirect_uris
  const { client_id } = client
  const asked = { client_id, redirect_uri, resource: ISSUER }
  const code = (await issuer.browser().signIn('ada', asked)).get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id, redirect_uri, code }
  const tokens = await issuer.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ ...form, code_verifier: VERIFIER }).toString(),
  })
  const { access_token } = tokens.json()
  t.equal((await send('GET', '/userinfo', access_token)).statusCode, 200)
  await manage('DELETE', client)
  t.equal((await send('GET', '/userinfo', access_token)).statusCode, 401)
})

t.test('attack D19: an update gives nobody the subjects of another sector', async (t) => {
  const pairwise = { ...METADATA, subject_type: 'pairwise' }
  const others = { redirect_uris: ['https://victim.example/cb'] }
  const client = await registered(pairwise)
  const { client_secret } = client
  const cases: [string, Registered, Body, number][] = [
    ['the same host', client, { ...pairwise, client_name: 'Later' }, 200],
    ['another path', client, { ...pairwise, redirect_uris: ['https://notes.example/2'] }, 200],
    ['the host of another app', client, { ...pairwise, ...others }, 400],
    ['from public to a sector', await registered(), { ...pairwise, ...others }, 400],
    ['devices', client, { ...pairwise, grant_types: [DEVICE_GRANT] }, 400],
    ['to public', client, { ...METADATA, ...others, client_secret }, 200],
  ]
  for (const [name, which, body, status] of cases) {
    const answer = await manage('PUT', which, body)
    t.equal(answer.statusCode, status, name)
    if (status === 400) t.ok(isRefusal(answer, 400, 'invalid_client_metadata'), name)
  }
})

t.test('attack D19: the token of one client opens no other registration', async (t) => {
  const [mine, theirs] = [await registered(), await registered()]
  const wrong: [string, string][] = [
    ['of another client', mine.registration_access_token],
    ['an initial access token', initial],
    ['of the admin API', admin],
    ['the secret of the client', theirs.client_secret],
    [
      'its digest',
      (await issuer.directory.clients.find(theirs.client_id))?.registrationTokenHash ?? '',
    ],
  ]
  const unknown = { ...theirs, client_id: 'r_unknown' }
  const declared = { ...theirs, client_id: 'orders' }
  for (const method of ['GET', 'PUT', 'DELETE'] as const) {
    for (const [name, token] of wrong) {
      const answer = await manage(method, theirs, METADATA, token)
      t.ok(isRefusal(answer, 401, 'invalid_token'), `${method}: ${name}`)
    }
    const same = await manage(method, unknown, METADATA)
    t.equal(
      same.body,
      (await manage(method, declared, METADATA)).body,
      'of the settings, or of none',
    )
    t.equal(same.body, (await manage(method, theirs, METADATA, 'x')).body, 'told apart by nobody')
  }
  t.equal((await manage('GET', theirs)).statusCode, 200)
})

t.test('RFC 7592 section 2.2: an update that is none', async (t) => {
  const client = await registered()
  const cases: [string, Body][] = [
    ['another client_id', { client_id: 'orders' }],
    ['no client_id', { client_id: null }],
    ['another secret', { client_secret: 'x'.repeat(43) }],
    ['a secret that is no text', { client_secret: 1 }],
    ['a token', { registration_access_token: client.registration_access_token }],
    ['an address', { registration_client_uri: client['registration_client_uri'] }],
    ['an expiry', { client_secret_expires_at: 0 }],
    ['a time', { client_id_issued_at: 1 }],
  ]
  for (const [name, more] of cases) {
    const answer = await manage('PUT', client, { ...METADATA, ...more })
    t.ok(isRefusal(answer, 400, 'invalid_client_metadata'), name)
  }
})

t.test('a client that an administrator has disabled can do nothing but go', async (t) => {
  const client = await registered()
  await issuer.directory.clients.setDisabled(client.client_id, true)
  t.equal((await manage('GET', client)).statusCode, 403)
  t.equal((await manage('PUT', client, METADATA)).statusCode, 403)
  t.match(await issuer.directory.clients.find(client.client_id), { disabled: true })
  t.equal((await manage('DELETE', client)).statusCode, 204)
})

t.test('attack D19: what a file has taken over changes itself no more', async (t) => {
  const { directory } = issuer
  const takenOver = async ({ client_id: id }: Registered) => {
    const declared = { id, name: 'Ours', redirectUris: METADATA.redirect_uris }
    await applyDeclared(directory, { clients: [declared] }, { now: 1, file: 'cluster.yaml' })
    return await directory.clients.find(id)
  }
  for (const method of ['PUT', 'DELETE'] as const) {
    const client = await registered()
    const ours = await takenOver(client)
    t.ok(isRefusal(await manage(method, client, METADATA), 401, 'invalid_token'), method)
    t.strictSame(await directory.clients.find(client.client_id), ours)

    const other = await registered()
    const { transaction } = directory
    // Between the look at the token and the change: whoever waits for the write lock is overtaken like that.
    t.intercept(directory, 'transaction', {
      value: async (work: (inside: Directory) => Promise<unknown>) => {
        Object.assign(directory, { transaction })
        await takenOver(other)
        return await transaction(work)
      },
      writable: true,
    })
    t.ok(isRefusal(await manage(method, other, METADATA), 401, 'invalid_token'), `${method}, late`)
    t.match(await directory.clients.find(other.client_id), { name: 'Ours', disabled: false })
  }
})

// Last: a day goes by.
t.test('RFC 7592 section 2.2: an app takes its secret back and gets the next one', async (t) => {
  const client = await registered()
  const { client_id, client_secret: first } = client
  const again = async () =>
    (await manage('PUT', client, { ...METADATA, client_secret: null })).json<Registered>()
  const isGood = async (secret: string) => {
    const stored = await issuer.directory.clients.find(client_id)
    return !!stored && issuer.directory.clientSecrets.match(stored, secret) !== undefined
  }
  const { client_secret: second, ...told } = await again()
  t.match(second, /^[\w-]{43}$/)
  t.not(second, first)
  t.equal(told['client_secret_expires_at'], 0)
  t.strictSame([await isGood(first), await isGood(second)], [true, true], 'both, for a day')
  const { client_secret: third } = await again()
  t.strictSame(
    [await isGood(first), await isGood(second), await isGood(third)],
    [false, true, true],
    'of three the oldest goes',
  )
  issuer.advance(86_400)
  t.strictSame([await isGood(second), await isGood(third)], [false, true])
  const kept = await manage('PUT', client, { ...METADATA, client_secret: third })
  t.strictSame([kept.statusCode, await isGood(third)], [200, true], 'who sends it keeps it')
})
