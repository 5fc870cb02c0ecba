/** One operation of each flow, at each contender, over one connection. Whatever is not the expected answer ends the run. */
import { CALLBACK, CLIENT, type Contender, type Flow, PASSWORD, PEOPLE, PKCE } from './bench-op.ts'
import { get, post, postAsClient } from './http-text.ts'
import type { Answer, Wire } from './wire.ts'

/** Does one operation; what it has to remember for the next one is its own. */
export type Operation = () => Promise<void>
/** Gets everything ready on a connection, for the person of its number. */
export type Prepare = (wire: Wire, number: number) => Promise<Operation>

const AUTHORIZE = new URLSearchParams({
  client_id: CLIENT.id,
  redirect_uri: CALLBACK,
  response_type: 'code',
  scope: 'openid',
  state: 'state-of-the-bench',
  nonce: 'nonce-of-the-bench',
  code_challenge: PKCE.challenge,
  code_challenge_method: 'S256',
})
const MACHINE = 'grant_type=client_credentials'
const OPAQUE = `${MACHINE}&resource=${encodeURIComponent('http://opaque.localhost')}`

const SIGN_IN = { latchkey: signInAtLatchkey, provider: signInAtProvider }
const PATHS = {
  latchkey: { authorize: '/authorize', introspect: '/introspect', machine: MACHINE },
  provider: { authorize: '/auth', introspect: '/token/introspection', machine: OPAQUE },
} as const

export function flowAt(contender: Contender, flow: Flow): Prepare {
  if (contender === 'floor') return machine
  switch (flow) {
    case 'machine':
      return machine
    case 'refresh':
      return refresh(contender)
    case 'login':
      return async (wire, number) => async () => {
        await redeem(wire, (await SIGN_IN[contender](wire, person(number))).code)
      }
    case 'silent':
      return silent(contender)
    case 'introspect':
      return introspect(contender)
  }
}

const machine: Prepare = async (wire) => {
  const request = postAsClient('/token', MACHINE)
  return async () => {
    expect(await wire.send(request), 200)
  }
}

function refresh(contender: 'latchkey' | 'provider'): Prepare {
  return async (wire, number) => {
    const { code } = await SIGN_IN[contender](wire, person(number))
    let token = (await redeem(wire, code)).refresh_token
    return async () => {
      const form = `grant_type=refresh_token&refresh_token=${encodeURIComponent(token)}`
      const next = tokensOf(await wire.send(postAsClient('/token', form))).refresh_token
      if (next === token) throw new Error('the refresh token was not rotated')
      token = next
    }
  }
}

function silent(contender: 'latchkey' | 'provider'): Prepare {
  return async (wire, number) => {
    let { cookie, code } = await SIGN_IN[contender](wire, person(number))
    await redeem(wire, code)
    const path = `${PATHS[contender].authorize}?${AUTHORIZE}`
    return async () => {
      const answer = expect(await wire.send(get(path, cookie)), 303)
      cookie = merged(cookie, answer)
      code = codeOf(answer)
      await redeem(wire, code)
    }
  }
}

function introspect(contender: 'latchkey' | 'provider'): Prepare {
  return async (wire) => {
    const { introspect, machine } = PATHS[contender]
    const token = tokensOf(await wire.send(postAsClient('/token', machine))).access_token
    const request = postAsClient(introspect, `token=${encodeURIComponent(token)}`)
    return async () => {
      const { body } = expect(await wire.send(request), 200)
      if (!body.includes('"active":true')) throw new Error(body)
    }
  }
}

interface SignedIn {
  readonly code: string
  readonly cookie: string
}

interface Person {
  readonly username: string
  readonly password: string
}

function person(number: number): Person {
  return { username: PEOPLE[number % PEOPLE.length] ?? '', password: PASSWORD }
}

async function signInAtLatchkey(wire: Wire, who: Person): Promise<SignedIn> {
  const page = expect(await wire.send(get(`/authorize?${AUTHORIZE}`)), 200)
  const cookie = merged('', page)
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
  const form = new URLSearchParams({ csrf, request: String(AUTHORIZE), ...who })
  const answer = expect(
    await wire.send(post('/sign-in', String(form), `cookie: ${cookie}\r\n`)),
    303,
  )
  return { code: codeOf(answer), cookie: merged(cookie, answer) }
}

async function signInAtProvider(wire: Wire, who: Person): Promise<SignedIn> {
  const first = expect(await wire.send(get(`/auth?${AUTHORIZE}`)), 303)
  let cookie = merged('', first)
  const form = String(new URLSearchParams({ ...who }))
  const interaction = pathOf(first)
  const second = expect(await wire.send(post(interaction, form, `cookie: ${cookie}\r\n`)), 303)
  cookie = merged(cookie, second)
  const third = expect(await wire.send(get(pathOf(second), cookie)), 303)
  return { code: codeOf(third), cookie: merged(cookie, third) }
}

async function redeem(wire: Wire, code: string) {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: CALLBACK,
    code_verifier: PKCE.verifier,
  })
  const tokens = tokensOf(await wire.send(postAsClient('/token', String(form))))
  if (tokens.id_token === undefined) throw new Error('no ID token')
  return tokens
}

function tokensOf(answer: Answer) {
  return JSON.parse(expect(answer, 200).body) as {
    access_token: string
    refresh_token: string
    id_token?: string
  }
}

function expect(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  throw new Error(`${answer.status}: ${answer.header('location') ?? answer.body.slice(0, 500)}`)
}

function pathOf(answer: Answer): string {
  const { pathname, search } = new URL(answer.header('location') ?? '', 'http://issuer.test')
  return `${pathname}${search}`
}

function codeOf(answer: Answer): string {
  const location = answer.header('location') ?? ''
  const code = new URL(location, 'http://issuer.test').searchParams.get('code')
  if (code === null) throw new Error(`no code: ${location}`)
  return code
}

/** The cookies of a browser after an answer. */
function merged(cookie: string, answer: Answer): string {
  const jar = new Map<string, string>()
  for (const pair of [...cookie.split('; '), ...answer.cookies()]) {
    if (pair !== '') jar.set(pair.slice(0, pair.indexOf('=')), pair)
  }
  return [...jar.values()].join('; ')
}
