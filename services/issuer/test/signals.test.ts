/** Streams and what they carry: the modules of the OpenID Foundation's plans for SSF transmitters, each by its name. */
import t from 'tap'
import { CAEP, EVENTS, namesOf, POLL, PUSH, signalsScene } from './fixtures/signals-scene.ts'
import { ISSUER } from './test-issuer.ts'

const scene = await signalsScene(t)
const { issuer, call, stream, tokenOf, caller, tokensOf } = scene
const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAA'

t.test('openid-ssf-transmitter-metadata', async (t) => {
  const answer = await issuer.app.inject('/.well-known/ssf-configuration')
  t.equal(answer.statusCode, 200)
  const { jwks_uri: jwksUri, ...metadata } = answer.json()
  t.strictSame(metadata, {
    spec_version: '1_0',
    issuer: ISSUER,
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: `${ISSUER}/ssf/streams`,
    status_endpoint: `${ISSUER}/ssf/status`,
    add_subject_endpoint: `${ISSUER}/ssf/subjects/add`,
    remove_subject_endpoint: `${ISSUER}/ssf/subjects/remove`,
    verification_endpoint: `${ISSUER}/ssf/verification`,
    critical_subject_members: ['session'],
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }],
    default_subjects: 'ALL',
  })
  const { keys } = (await issuer.app.inject(new URL(jwksUri).pathname)).json()
  t.ok(keys.some(({ alg }: { alg: string }) => alg === 'RS256'))
})

t.test('openid-ssf-stream-control-happy-path', async (t) => {
  const { id, created } = await stream({ description: 'ours' })
  t.strictSame(created, {
    stream_id: id,
    iss: ISSUER,
    aud: 'orders',
    events_supported: EVENTS,
    events_requested: EVENTS,
    events_delivered: EVENTS,
    delivery: { method: POLL, endpoint_url: `${ISSUER}/ssf/streams/${id}/poll` },
    description: 'ours',
  })
  t.strictSame((await call('GET', `/ssf/streams?stream_id=${id}`)).json(), created)
  t.strictSame((await call('GET', '/ssf/streams')).json(), [created])

  const requested = [`${CAEP}/session-revoked`, 'urn:example:other']
  const patch = { stream_id: id, iss: ISSUER, aud: ['orders'], events_requested: requested }
  const updated = (await call('PATCH', '/ssf/streams', patch)).json()
  const narrowed = { events_requested: requested, events_delivered: [requested[0]] }
  t.strictSame(updated, { ...created, ...narrowed }, 'what is missing stays')
  const push = { method: PUSH, endpoint_url: 'https://receiver.example/events' }
  const put = { stream_id: id, delivery: push, events_requested: requested }
  const { description: _, ...without } = { ...created, ...narrowed, delivery: push }
  t.strictSame((await call('PUT', '/ssf/streams', put)).json(), without, 'what is missing goes')
  t.strictSame((await call('GET', `/ssf/streams?stream_id=${id}`)).json(), without)

  for (const status of ['enabled', 'paused', 'disabled']) {
    const answer = await call('POST', '/ssf/status', { stream_id: id, status, reason: 'why' })
    t.strictSame(answer.json(), { stream_id: id, status, reason: 'why' })
    const read = await call('GET', `/ssf/status?stream_id=${id}`)
    t.strictSame([read.statusCode, read.json().status], [200, status])
  }
  t.equal((await call('DELETE', `/ssf/streams?stream_id=${id}`)).statusCode, 204)
  t.strictSame((await call('GET', '/ssf/streams')).json(), [])
})

t.test('openid-ssf-stream-control-create-stream-without-delivery', async (t) => {
  const { created } = await stream({ delivery: undefined, events_requested: undefined })
  t.equal(created.delivery.method, POLL)
  t.strictSame(created.events_delivered, [])
})

t.test('openid-ssf-stream-control-error-path', async (t) => {
  const { id } = await stream()
  const other = caller(await tokenOf('reports'))
  const readOnly = await tokenOf('orders', 'ssf.read')
  const bare = (
    await issuer
      .post('/token', {
        grant_type: 'client_credentials',
        resource: ISSUER,
      })
      .then((answer) => answer.json())
  ).access_token
  const body = { stream_id: id, delivery: { method: POLL } }
  const gone = { ...body, stream_id: UNKNOWN }
  const status = { stream_id: id, status: 'paused' }
  const subject = { format: 'email', email: 'ada@example.com' }
  type Row = [string, number, ReturnType<typeof call>]
  const rows: Row[] = [
    ['create: broken input', 400, call('POST', '/ssf/streams', '{"delivery": ')],
    [
      'create: a push without an address',
      400,
      call('POST', '/ssf/streams', { delivery: { method: PUSH } }),
    ],
    [
      'create: an unknown method',
      400,
      call('POST', '/ssf/streams', { delivery: { method: 'urn:x' } }),
    ],
    [
      'create: an address inside',
      400,
      call('POST', '/ssf/streams', {
        delivery: { method: PUSH, endpoint_url: 'http://10.0.0.1/' },
      }),
    ],
    [
      'create: events that are no list',
      400,
      call('POST', '/ssf/streams', { events_requested: 'all' }),
    ],
    ['create: a second one', 409, call('POST', '/ssf/streams', {})],
    ['create: an invalid token', 401, call('POST', '/ssf/streams', {}, 'invalid')],
    ['create: a token to read with', 403, call('POST', '/ssf/streams', {}, readOnly)],
    ['read: an invalid token', 401, call('GET', '/ssf/streams', undefined, 'invalid')],
    ['read: no token', 401, call('GET', '/ssf/streams', undefined, '')],
    [
      'read: a token in the address',
      401,
      call('GET', `/ssf/streams?access_token=${readOnly}`, undefined, ''),
    ],
    ['read: a token without scope', 403, call('GET', '/ssf/streams', undefined, bare)],
    ['read: an unknown stream', 404, call('GET', `/ssf/streams?stream_id=${UNKNOWN}`)],
    ['read: the stream of another', 404, other('GET', `/ssf/streams?stream_id=${id}`)],
    ['read: two of them', 400, call('GET', `/ssf/streams?stream_id=${id}&stream_id=${id}`)],
    ...(['PATCH', 'PUT'] as const).flatMap((method): Row[] => [
      [`${method}: broken input`, 400, call(method, '/ssf/streams', '{')],
      [`${method}: no stream`, 400, call(method, '/ssf/streams', {})],
      [
        `${method}: another issuer`,
        400,
        call(method, '/ssf/streams', { ...body, iss: 'https://x.example' }),
      ],
      [
        `${method}: another audience`,
        400,
        call(method, '/ssf/streams', { ...body, aud: ['orders', 'x'] }),
      ],
      [
        `${method}: other events`,
        400,
        call(method, '/ssf/streams', { ...body, events_delivered: [] }),
      ],
      [`${method}: an invalid token`, 401, call(method, '/ssf/streams', body, 'invalid')],
      [`${method}: a token to read with`, 403, call(method, '/ssf/streams', body, readOnly)],
      [`${method}: an unknown stream`, 404, call(method, '/ssf/streams', gone)],
      [`${method}: the stream of another`, 404, other(method, '/ssf/streams', body)],
    ]),
    [
      'delete: an invalid token',
      401,
      call('DELETE', `/ssf/streams?stream_id=${id}`, undefined, 'invalid'),
    ],
    [
      'delete: a token to read with',
      403,
      call('DELETE', `/ssf/streams?stream_id=${id}`, undefined, readOnly),
    ],
    ['delete: no stream', 400, call('DELETE', '/ssf/streams')],
    ['delete: an unknown stream', 404, call('DELETE', `/ssf/streams?stream_id=${UNKNOWN}`)],
    ['delete: the stream of another', 404, other('DELETE', `/ssf/streams?stream_id=${id}`)],
    ['status: an unknown stream', 404, call('GET', `/ssf/status?stream_id=${UNKNOWN}`)],
    ['status: no stream', 400, call('GET', '/ssf/status')],
    [
      'status: an invalid token',
      401,
      call('GET', `/ssf/status?stream_id=${id}`, undefined, 'invalid'),
    ],
    ['status: an unknown one', 400, call('POST', '/ssf/status', { ...status, status: 'on' })],
    ['status: of another', 404, other('POST', '/ssf/status', status)],
    [
      'subjects: an unknown stream',
      404,
      call('POST', '/ssf/subjects/add', { stream_id: UNKNOWN, subject }),
    ],
    ['subjects: none', 400, call('POST', '/ssf/subjects/add', { stream_id: id })],
    [
      'subjects: one that is none',
      400,
      call('POST', '/ssf/subjects/remove', { stream_id: id, subject: { format: 'email' } }),
    ],
    [
      'subjects: a token to read with',
      403,
      call('POST', '/ssf/subjects/add', { stream_id: id, subject }, readOnly),
    ],
    ['verification: broken input', 400, call('POST', '/ssf/verification', '[')],
    [
      'verification: a state that is no text',
      400,
      call('POST', '/ssf/verification', { stream_id: id, state: 1 }),
    ],
    [
      'verification: an invalid token',
      401,
      call('POST', '/ssf/verification', { stream_id: id }, 'invalid'),
    ],
    [
      'verification: an unknown stream',
      404,
      call('POST', '/ssf/verification', { stream_id: UNKNOWN }),
    ],
    ['poll: no token', 401, call('POST', `/ssf/streams/${id}/poll`, {}, '')],
    ['poll: the stream of another', 404, other('POST', `/ssf/streams/${id}/poll`, {})],
    ['poll: fewer than nothing', 400, call('POST', `/ssf/streams/${id}/poll`, { maxEvents: -1 })],
  ]
  for (const [name, expected, answer] of rows) t.equal((await answer).statusCode, expected, name)
  const refused = await call('POST', '/ssf/streams', {}, readOnly)
  t.match(refused.headers['www-authenticate'], 'error="insufficient_scope", scope="ssf.manage"')
  const missing = await call('GET', '/ssf/streams', undefined, '')
  t.notMatch(missing.headers['www-authenticate'], 'error=')
})

t.test('only a client that the operator has opened for signals gets the scopes', async (t) => {
  const form = { grant_type: 'client_credentials', resource: ISSUER, scope: 'ssf.read' }
  t.equal((await issuer.post('/token', form, 'operator')).json().error, 'invalid_scope')
  const unknown = await issuer.post('/token', { ...form, scope: 'openid ssf.other' })
  t.equal(unknown.json().error, 'invalid_scope')
  t.equal((await issuer.post('/token', form)).json().scope, 'ssf.read')
  const elsewhere = await issuer.post('/token', { ...form, resource: 'http://b.localhost:4002' })
  t.equal(elsewhere.json().error, 'invalid_scope')
  const token = await tokenOf('reports')
  await issuer.changeClient('reports', { signals: false })
  t.equal((await call('GET', '/ssf/streams', undefined, token)).statusCode, 403)
  await issuer.changeClient('reports', { signals: true })
})

t.test('openid-ssf-stream-subject-control', async (t) => {
  const { id, poll, settleAll } = await stream()
  await tokensOf()
  const sub = await issuer.sub('ada')
  const change = async (action: string, subject: object) =>
    (await call('POST', `/ssf/subjects/${action}`, { stream_id: id, subject })).statusCode
  const end = async () => {
    await issuer.end({ kind: 'user', sub }, 'admin', { sub: 'issuer' })
    const { sets } = await poll({ returnImmediately: false })
    await settleAll()
    return namesOf(sets)
  }
  for (const subject of [
    { format: 'iss_sub', iss: ISSUER, sub },
    { format: 'email', email: 'ADA@example.com' },
    { format: 'opaque', id: sub },
    { format: 'complex', user: { format: 'iss_sub', iss: ISSUER, sub } },
  ]) {
    t.equal(await change('remove', subject), 204)
    await issuer.end({ kind: 'user', sub }, 'admin', { sub: 'issuer' })
    // Whoever comes later is told, so the first was left out.
    await call('POST', '/ssf/verification', { stream_id: id, state: 'behind' })
    t.strictSame(namesOf((await poll()).sets), ['verification'], subject.format)
    await settleAll()
    t.equal(await change('add', subject), 200)
    t.strictSame(await end(), ['session-revoked'], subject.format)
  }
  const silent = [
    { format: 'email', email: 'nobody@example.com' },
    { format: 'iss_sub', iss: 'https://x.example', sub },
    { format: 'phone_number', phone_number: '+1' },
    { format: 'complex', device: { format: 'opaque', id: 'x' } },
  ]
  for (const subject of silent) {
    t.strictSame([await change('add', subject), await change('remove', subject)], [200, 204])
  }
})
