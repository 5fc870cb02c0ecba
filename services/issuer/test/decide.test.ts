import type { Client, Consent, User } from '@latchkey/directory'
import { ACR } from '@latchkey/protocol'
import type { SessionRecord } from '@latchkey/store'
import t from 'tap'
import { type DecideDeps, decide } from '../src/authorization/decide.ts'
import type { AskedRequest } from '../src/authorization/read-request.ts'

const NOW = 1_000_000

const client = (change: Partial<Client> = {}) =>
  ({ id: 'app', firstParty: true, services: ['https://a.example'], ...change }) as Client

const ASKED: AskedRequest = {
  client: client(),
  query: '',
  redirectUri: 'https://app.example/cb',
  responseMode: 'query',
  state: undefined,
  scope: 'openid email',
  consentScope: 'openid email phone',
  audience: 'https://a.example',
  codeChallenge: undefined,
  dpopJkt: undefined,
  nonce: undefined,
  loginHint: undefined,
  idTokenHint: undefined,
  claims: undefined,
  acr: { required: [], preferred: [] },
  uiLocales: undefined,
  silent: false,
  signInAgain: false,
  chooseAccount: false,
  askConsent: false,
  maxAgeSeconds: undefined,
  namedSubjects: [],
  requestUri: undefined,
}

const session = (sub: string, change: Partial<SessionRecord> = {}) =>
  ({
    sid: `s-${sub}`,
    sub,
    authTime: NOW - 60,
    acr: ACR.password,
    clients: [],
    ...change,
  }) as unknown as SessionRecord

const ADA = session('ada')
const BOB = session('bob')
const STRONG = session('eve', { acr: ACR.mfa })
/** Has a one-time code, but did not need it for this session. */
const WEAK = session('eve')

const consentTo = (change: Partial<Consent>) =>
  ({
    granted: ['email'],
    declined: ['phone'],
    audiences: ['https://a.example'],
    ...change,
  }) as Consent

function depsWith(consent?: Consent): DecideDeps {
  return {
    consents: { find: async () => consent },
    users: { find: async (sub) => ({ hasOneTimeCode: sub === 'eve' }) as User },
    subjectFor: (_, sub) => sub,
    acrValues: [ACR.password, ACR.mfa],
    clock: { nowMs: () => NOW * 1000, monotonicMs: () => 0 },
  }
}

interface Row {
  readonly name: string
  readonly asked?: Partial<Omit<AskedRequest, 'details'>>
  readonly sessions?: readonly SessionRecord[]
  readonly signedIn?: SessionRecord
  readonly chosen?: SessionRecord
  readonly consent?: Consent
  /** The kind of the decision, whom it is about, or the code of the error. */
  readonly next: string
  /** The error instead, with `prompt=none`; absent: the same. */
  readonly silently?: string
}

const foreign = client({ firstParty: false })
const required = (...acr: string[]) => ({ acr: { required: acr, preferred: [] } })
const preferred = (...acr: string[]) => ({ acr: { required: [], preferred: acr } })

const ROWS: readonly Row[] = [
  { name: 'nobody', next: 'sign_in', silently: 'login_required' },
  { name: 'one session', sessions: [ADA], next: 'code ada' },
  {
    name: 'several sessions',
    sessions: [ADA, BOB],
    next: 'select_account ada bob',
    silently: 'account_selection_required',
  },
  {
    name: 'several, one of them known to the app',
    sessions: [ADA, session('bob', { clients: ['app'] })],
    next: 'code bob',
  },
  {
    name: 'several, two of them known to the app',
    sessions: ['ada', 'bob', 'eve'].map((sub) =>
      session(sub, { clients: sub === 'eve' ? ['other'] : ['app'] }),
    ),
    next: 'select_account ada bob eve',
    silently: 'account_selection_required',
  },
  {
    name: 'the named one',
    asked: { namedSubjects: ['bob'] },
    sessions: [ADA, BOB],
    next: 'code bob',
  },
  {
    name: 'a named one who is not there',
    asked: { namedSubjects: ['eve'] },
    sessions: [ADA, BOB],
    next: 'sign_in',
    silently: 'login_required',
  },
  {
    name: 'two are named at once',
    asked: { namedSubjects: ['ada', 'bob'] },
    sessions: [ADA, BOB],
    next: 'sign_in',
    silently: 'login_required',
  },
  { name: 'a chosen one', sessions: [ADA, BOB], chosen: BOB, next: 'code bob' },
  {
    name: 'one session, and the app wants a choice',
    asked: { chooseAccount: true },
    sessions: [ADA],
    next: 'select_account ada',
    silently: 'account_selection_required',
  },
  {
    name: 'a choice that was made',
    asked: { chooseAccount: true },
    sessions: [ADA],
    chosen: ADA,
    next: 'code ada',
  },
  {
    name: 'a new sign-in is wanted',
    asked: { signInAgain: true },
    sessions: [ADA],
    next: 'sign_in ada',
    silently: 'login_required',
  },
  {
    name: 'a new sign-in is wanted, and a choice is none',
    asked: { signInAgain: true },
    sessions: [ADA],
    chosen: ADA,
    next: 'sign_in ada',
    silently: 'login_required',
  },
  {
    name: 'a new sign-in is wanted of one of several',
    asked: { signInAgain: true },
    sessions: [ADA, BOB],
    next: 'sign_in',
    silently: 'account_selection_required',
  },
  {
    name: 'a new sign-in was made',
    asked: { signInAgain: true, chooseAccount: true },
    sessions: [ADA],
    signedIn: ADA,
    next: 'code ada',
  },
  {
    name: 'max_age to the second',
    asked: { maxAgeSeconds: 60 },
    sessions: [ADA],
    next: 'code ada',
  },
  {
    name: 'max_age, one second more',
    asked: { maxAgeSeconds: 59 },
    sessions: [ADA],
    next: 'sign_in ada',
    silently: 'login_required',
  },
  {
    name: 'a must that nobody can meet',
    asked: required('x'),
    sessions: [ADA],
    next: 'unmet_authentication_requirements',
  },
  {
    name: 'a must that this session does not meet',
    asked: required('x', ACR.mfa),
    sessions: [ADA],
    next: 'sign_in ada',
    silently: 'interaction_required',
  },
  { name: 'a must that is met', asked: required(ACR.mfa), sessions: [STRONG], next: 'code eve' },
  {
    name: 'a must that is more than met',
    asked: required(ACR.password),
    sessions: [STRONG],
    next: 'code eve',
  },
  {
    name: 'attack E14: a must that a new, weaker sign-in does not meet',
    asked: required(ACR.mfa),
    sessions: [ADA],
    signedIn: ADA,
    next: 'unmet_authentication_requirements',
  },
  { name: 'a wish of who cannot', asked: preferred(ACR.mfa), sessions: [ADA], next: 'code ada' },
  {
    name: 'a wish of who can',
    asked: preferred('x', ACR.mfa, ACR.password),
    sessions: [WEAK],
    next: 'sign_in eve',
    silently: 'code eve',
  },
  {
    name: 'a wish that is met first',
    asked: preferred(ACR.password, ACR.mfa),
    sessions: [WEAK],
    next: 'code eve',
  },
  {
    name: 'a wish, after a new sign-in',
    asked: preferred(ACR.mfa),
    sessions: [WEAK],
    signedIn: WEAK,
    next: 'code eve',
  },
  {
    name: 'an app that was never allowed anything',
    asked: { client: foreign },
    sessions: [ADA],
    next: 'consent ada',
    silently: 'consent_required',
  },
  {
    name: 'an app that was allowed a part',
    asked: { client: foreign },
    sessions: [ADA],
    consent: consentTo({}),
    next: 'code ada (openid email)',
  },
  {
    name: 'a scope that was not asked before',
    asked: { client: foreign },
    sessions: [ADA],
    consent: consentTo({ declined: [] }),
    next: 'consent ada',
    silently: 'consent_required',
  },
  {
    name: 'a service that was not asked before',
    asked: { client: foreign },
    sessions: [ADA],
    consent: consentTo({ audiences: [] }),
    next: 'consent ada',
    silently: 'consent_required',
  },
  {
    name: 'a token for user info needs no service',
    asked: { client: foreign, audience: 'https://sso.example' },
    sessions: [ADA],
    consent: consentTo({ audiences: [] }),
    next: 'code ada (openid email)',
  },
  {
    name: 'the app insists',
    asked: { client: foreign, askConsent: true },
    sessions: [ADA],
    consent: consentTo({}),
    next: 'consent ada',
    silently: 'consent_required',
  },
  {
    name: 'RFC 8252 section 8.6: a native app that cannot prove itself, allowed before',
    asked: { client: { ...foreign, authMethod: 'none' }, redirectUri: 'http://127.0.0.1:4711/cb' },
    sessions: [ADA],
    consent: consentTo({}),
    next: 'consent ada',
    silently: 'consent_required',
  },
  {
    name: 'an app on loopback that proves itself, allowed before',
    asked: {
      client: { ...foreign, authMethod: 'client_secret_basic' },
      redirectUri: 'http://127.0.0.1:4711/cb',
    },
    sessions: [ADA],
    consent: consentTo({}),
    next: 'code ada (openid email)',
  },
  {
    name: 'an app without a secret whose address only it can have, allowed before',
    asked: { client: { ...foreign, authMethod: 'none' } },
    sessions: [ADA],
    consent: consentTo({}),
    next: 'code ada (openid email)',
  },
  {
    name: "the operator's own app insists",
    asked: { askConsent: true },
    sessions: [ADA],
    next: 'consent ada',
    silently: 'consent_required',
  },
]

async function outcome(row: Row, silent: boolean): Promise<string> {
  const asked: AskedRequest = { ...ASKED, ...row.asked, silent }
  const settled = row.signedIn ?? row.chosen
  const established = settled && { session: settled, signedIn: row.signedIn !== undefined }
  const decision = await decide(asked, row.sessions ?? [], established, depsWith(row.consent))
  switch (decision.kind) {
    case 'error':
      return decision.error.code
    case 'select_account':
      return ['select_account', ...decision.sessions.map(({ sub }) => sub)].join(' ')
    case 'code': {
      const { allowed } = decision
      const narrowed = allowed === asked.consentScope ? '' : ` (${allowed})`
      return `code ${decision.session.sub}${narrowed}`
    }
    case 'sign_in':
    case 'consent':
      return [decision.kind, decision.session?.sub ?? ''].join(' ').trim()
  }
}

t.test('OpenID Connect Core sections 3.1.2.3 and 3.1.2.4: what comes next', async (t) => {
  for (const row of ROWS) {
    t.test(`${row.name}: ${row.next}`, async (t) => t.equal(await outcome(row, false), row.next))
  }
})

t.test('section 3.1.2.6: with prompt=none, the error that says what would come next', async (t) => {
  for (const row of ROWS) {
    const expected = row.silently ?? row.next
    t.test(`${row.name}: ${expected}`, async (t) => t.equal(await outcome(row, true), expected))
  }
})
