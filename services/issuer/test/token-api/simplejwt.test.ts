import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { jsonApi } from '../fixtures/json-api.ts'
import { giveOneTimeCode } from '../fixtures/one-time-code.ts'
import { ORDERS, passwordOf, testIssuer } from '../test-issuer.ts'

interface Answer {
  readonly status: number
  readonly body: object
}
interface Exchange {
  readonly name: string
  /** `disable`, `end`, `blacklist`, `refresh`, `wait SECONDS`. */
  readonly before?: readonly string[]
  readonly path: string
  readonly request: object
  readonly recorded: Answer
  readonly latchkey?: Answer
  readonly because?: string
}
const file = join(import.meta.dirname, '..', 'fixtures', 'simplejwt-5.5.1.json')
const { exchanges }: { exchanges: readonly Exchange[] } = JSON.parse(readFileSync(file, 'utf8'))

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { post, person, sessionsOf } = await jsonApi(issuer)
const pairOf = async (username: string) =>
  (await post('simplejwt/', { username, password: passwordOf(username) })).json<{
    access: string
    refresh: string
  }>()

async function prepare(step: string, username: string, refresh: string): Promise<void> {
  const [word, seconds] = step.split(' ')
  const sub = await issuer.sub(username)
  const steps: Record<string, () => Promise<unknown>> = {
    disable: () => issuer.directory.users.setDisabled(sub, true),
    end: () => issuer.end({ kind: 'user', sub }, 'admin', { sub: 'issuer' }),
    blacklist: () => post('simplejwt/blacklist/', { refresh }),
    refresh: () => post('simplejwt/refresh/', { refresh }),
    wait: async () => issuer.advance(Number(seconds)),
  }
  const prepared = steps[word ?? '']
  if (!prepared) throw new Error(`no step ${step}`)
  await prepared()
}

async function exchange(t: Test, one: Exchange, slash: string): Promise<void> {
  const username = await person()
  const { access, refresh } = await pairOf(username)
  for (const step of one.before ?? []) await prepare(step, username, refresh)
  const values: Record<string, string> = {
    ...{ username, access, refresh },
    password: passwordOf(username),
  }
  const request = JSON.stringify(one.request).replaceAll(
    /<(\w+)>/g,
    (_, name) => values[name] ?? '',
  )
  const path = one.path === '' ? '' : `/${one.path}`
  const answer = await post(`simplejwt${path}${slash}`, request)
  const { status, body } = one.latchkey ?? one.recorded
  const told = Object.entries(answer.json<Record<string, unknown>>()).map(([name, value]) => {
    const isToken = (name === 'access' || name === 'refresh') && typeof value === 'string'
    return [name, isToken && value.length > 50 ? '<token>' : value]
  })
  t.strictSame([answer.statusCode, Object.fromEntries(told)], [status, body], one.name + slash)
  t.equal(answer.headers['cache-control'], 'no-store')
  t.equal(answer.headers['www-authenticate'], status === 401 ? 'Bearer realm="api"' : undefined)
}

t.test('simplejwt 5.5.1: every recorded exchange, with and without a slash', async (t) => {
  for (const one of exchanges) {
    t.equal(one.latchkey === undefined, one.because === undefined, 'a difference has a reason')
    t.not(JSON.stringify(one.latchkey), JSON.stringify(one.recorded), 'and is one')
    for (const slash of ['/', '']) await exchange(t, one, slash)
  }
})

t.test('a pair opens what the client’s own tokens open', async (t) => {
  const { access, refresh } = await pairOf('ada')
  t.match(decodeJwt(access), { aud: ORDERS, client_id: 'native', amr: ['pwd'] })
  const renewed = (await post('simplejwt/refresh/', { refresh })).json()
  t.not(renewed.refresh, refresh, 'each refresh token is good once')
  t.equal(decodeJwt(renewed.access)['sid'], decodeJwt(access)['sid'])
  const signedOut = await post('simplejwt/blacklist/', { refresh: renewed.refresh })
  t.equal(signedOut.statusCode, 200)
  t.equal((await post('simplejwt/verify/', { token: renewed.access })).statusCode, 401)
})

t.test('a refresh token that comes back late ends the session (attack D5)', async (t) => {
  const username = await person()
  const { refresh } = await pairOf(username)
  await post('simplejwt/refresh/', { refresh })
  issuer.advance(11)
  t.equal((await post('simplejwt/refresh/', { refresh })).statusCode, 401)
  t.strictSame(await sessionsOf(username), [])
})

t.test('an account with a one-time code says so, and takes it', async (t) => {
  const username = await person()
  const code = await giveOneTimeCode(issuer, username)
  const body = { username, password: passwordOf(username) }
  const asked = await post('simplejwt/', body)
  t.equal(asked.statusCode, 401)
  t.strictSame(asked.json(), {
    detail: 'this account needs a one_time_code as well',
    code: 'one_time_code_required',
  })
  t.equal((await post('simplejwt/', { ...body, one_time_code: '1' })).statusCode, 401)
  t.equal((await post('simplejwt/', { ...body, one_time_code: code() })).statusCode, 200)
})

t.test('without its client there is nothing to obtain', async (t) => {
  const body = { username: 'ada', password: passwordOf('ada') }
  const codeOf = async () => {
    const answer = await post('simplejwt/', body)
    return [answer.statusCode, answer.json().code]
  }
  const changes = [
    [{ tokenApi: false }, { tokenApi: true }, [400, 'unauthorized_client']],
    [{ disabled: true }, { disabled: false }, [401, 'invalid_client']],
    [{ requireDpop: true }, { requireDpop: false }, [400, 'invalid_request']],
    [
      { authMethod: 'client_secret_post', secret: 'x'.repeat(40) },
      { authMethod: 'none' },
      [400, 'unauthorized_client'],
    ],
  ] as const
  for (const [change, back, expected] of changes) {
    await issuer.changeClient('native', change)
    t.strictSame(await codeOf(), expected, JSON.stringify(change))
    const { secrets: _, ...client } = (await issuer.directory.clients.find('native')) ?? {
      id: '',
    }
    await issuer.directory.clients.save({ ...client, ...back })
  }
  t.strictSame(await codeOf(), [200, undefined])
})

t.test('what fails here says so in the same form, and nothing of the inside', async (t) => {
  const { users } = issuer.directory
  const { checkPassword } = users
  t.teardown(() => Object.assign(users, { checkPassword }))
  const attempt = async (outcome: () => Promise<object>) => {
    Object.assign(users, { checkPassword: outcome })
    const { statusCode, headers, ...answer } = await post('simplejwt/', {
      username: await person(),
      password: 'x',
    })
    return [statusCode, headers['retry-after'], answer.json()]
  }
  const busy = await attempt(async () => ({ kind: 'busy', retryAfterSeconds: 3 }))
  const soon = { detail: 'temporarily unavailable', code: 'temporarily_unavailable' }
  t.strictSame(busy, [503, '3', soon])
  const broken = await attempt(async () => {
    throw new Error('a secret place')
  })
  t.strictSame(broken, [500, undefined, { detail: 'server error', code: 'server_error' }])
})
