import { ACR, type AccessTokenClaims } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import type { SessionSource, StepUp } from '../src/index.ts'
import { GOOD, REALM } from './fixtures/bearer-rows.ts'
import { guardedApp } from './fixtures/guarded-app.ts'

/** Routes that want a stronger or more recent sign-in: RFC 9470. */

const NOW = 1_800_000_000
const clock = { nowMs: () => NOW * 1000, monotonicMs: () => 0 }
const GRANTS = ['GET /strong', 'GET /recent', 'GET /both', 'GET /either']
const DESCRIPTION = 'error_description="A stronger or more recent sign-in is needed"'
const WEAK = `${REALM}, error="insufficient_user_authentication", ${DESCRIPTION}`

function bank(app: FastifyInstance): void {
  const reply = async () => 'ok'
  app.get('/strong', { config: { latchkey: { acr: ACR.mfa } } }, reply)
  app.get('/recent', { config: { latchkey: { maxAgeSeconds: 300 } } }, reply)
  app.get('/both', { config: { latchkey: { acr: ACR.password, maxAgeSeconds: 300 } } }, reply)
  app.get('/either', { config: { latchkey: { acr: ['urn:example:gold', ACR.mfa] } } }, reply)
}

t.test('section 3: what the sign-in lacks is asked for, and what it has is enough', async (t) => {
  const { app, verifier } = await guardedApp(t, bank, { clock })
  const rows: [url: string, claims: Partial<AccessTokenClaims>, wanted?: string][] = [
    ['/strong', { acr: ACR.mfa }],
    ['/strong', { acr: ACR.password }, `acr_values="${ACR.mfa}"`],
    ['/strong', {}, `acr_values="${ACR.mfa}"`],
    ['/strong', { acr: 'urn:example:gold' }, `acr_values="${ACR.mfa}"`],
    ['/recent', { auth_time: NOW - 300 }],
    ['/recent', { auth_time: NOW - 301 }, 'max_age="300"'],
    ['/recent', { acr: ACR.mfa }, 'max_age="300"'],
    ['/both', { acr: ACR.mfa, auth_time: NOW }],
    [
      '/both',
      { acr: ACR.password, auth_time: NOW - 301 },
      `acr_values="${ACR.password}", max_age="300"`,
    ],
    ['/both', { auth_time: NOW }, `acr_values="${ACR.password}", max_age="300"`],
    ['/either', { acr: 'urn:example:gold' }],
    ['/either', { acr: ACR.mfa }],
    ['/either', { acr: ACR.password }, `acr_values="urn:example:gold ${ACR.mfa}"`],
  ]
  for (const [url, claims, wanted] of rows) {
    verifier.grant('good', GRANTS, claims)
    const answer = await app.inject({ url, headers: GOOD })
    const rule = `${url} ${JSON.stringify(claims)}`
    t.equal(answer.statusCode, wanted === undefined ? 200 : 401, rule)
    if (wanted === undefined) continue
    t.equal(answer.headers['www-authenticate'], `${WEAK}, ${wanted}`, rule)
    t.equal(answer.headers['cache-control'], 'no-store')
    t.match(answer.json(), { error: 'insufficient_user_authentication' })
  }
})

t.test('nobody has to sign in again to hear that the route is not theirs', async (t) => {
  const { app, verifier } = await guardedApp(t, bank, { clock })
  verifier.grant('good', ['GET /recent'], { acr: ACR.password })
  t.equal((await app.inject({ url: '/strong', headers: GOOD })).statusCode, 403)
})

t.test('a person with a session may be sent to sign in again, with what is wanted', async (t) => {
  const asked: [string, StepUp | undefined][] = []
  let answers = true
  const session: SessionSource = {
    accessToken: () => 'good',
    renew: async () => 'renewed',
    challenge: (_request, reply, why, wanted) => {
      asked.push([why, wanted])
      if (answers) reply.redirect('/sign-in')
      return answers
    },
  }
  const { app, verifier } = await guardedApp(t, bank, { clock, session })
  const wanted = { acrValues: [ACR.mfa], maxAgeSeconds: undefined }
  verifier.grant('good', GRANTS, { acr: ACR.password })
  t.equal((await app.inject('/strong')).headers.location, '/sign-in')
  t.strictSame(asked.splice(0), [['weak', wanted]])
  verifier.end('good', 'expired')
  verifier.grant('renewed', GRANTS, { acr: ACR.password })
  t.equal((await app.inject('/strong')).headers.location, '/sign-in', 'also after a renewal')
  t.strictSame(asked.splice(0), [['weak', wanted]])
  answers = false
  const refused = await app.inject('/strong')
  t.equal(refused.statusCode, 401)
  t.match(refused.headers['www-authenticate'], 'insufficient_user_authentication')
  const program = await app.inject({ url: '/strong', headers: { authorization: 'Bearer renewed' } })
  t.equal(program.statusCode, 401)
  t.equal(asked.length, 1, 'a caller with a token of its own is no matter of the session')
})

t.test('a setting that means nothing stops the start', async (t) => {
  const rows: object[] = [
    { acr: '' },
    { acr: [] },
    { acr: 'two words' },
    { acr: 'a"b' },
    { acr: [1] },
    { acr: Array(9).fill('a') },
    { acr: null },
    { maxAgeSeconds: 0 },
    { maxAgeSeconds: -1 },
    { maxAgeSeconds: 1.5 },
    { maxAgeSeconds: '300' },
    { maxAgeSeconds: 365 * 86_400 + 1 },
    { maxAge: 300 },
  ]
  for (const settings of rows) {
    const declare = (app: FastifyInstance) => {
      app.get('/a', { config: { latchkey: settings } }, async () => '')
    }
    await t.rejects(guardedApp(t, declare), { code: 'route-setting' }, JSON.stringify(settings))
  }
  const open = (app: FastifyInstance) => {
    app.get('/a', { config: { public: true, latchkey: { acr: ACR.mfa } } }, async () => '')
  }
  await t.rejects(guardedApp(t, open), { code: 'route-setting' }, 'a public route asks nobody')
})
