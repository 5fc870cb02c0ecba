/** Tokens that are bound to a key: RFC 9449 section 7.1, RFC 8705 section 3 (attacks B17, D18). */
import { generateKeyPairSync } from 'node:crypto'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import { clientSigningKey, createDpopProof, type DpopProofFacts } from '@latchkey/tokens'
import t from 'tap'
import {
  type ClaimProof,
  type PossessionFault,
  type PossessionOptions,
  type Presented,
  possessionCheck,
} from '../src/index.ts'
import { claims, entry, NOW_SECONDS, remember, scene, sign } from './scene.ts'

const newKey = () => clientSigningKey(generateKeyPairSync('ed25519').privateKey)
const key = newKey()
const URI = 'https://orders.example.com/orders/7'
const TOKEN = 'the.access.token'
const HASH = 'c'.repeat(43)
const bound = claims({ cnf: { jkt: key.jkt } })
const byCertificate = claims({ cnf: { 'x5t#S256': HASH } })

const proofOf = (change: Partial<DpopProofFacts> = {}, holder = key) =>
  createDpopProof(holder, {
    ...{ method: 'GET', uri: URI, nowSeconds: NOW_SECONDS, accessToken: TOKEN },
    ...change,
  })

function presented(change: Partial<Presented> = {}): Presented {
  return {
    token: TOKEN,
    scheme: 'DPoP',
    proof: proofOf(),
    method: 'GET',
    uri: URI,
    certificateHash: undefined,
    ...change,
  }
}

function check(options: PossessionOptions = {}) {
  const time = simulatedTime()
  return { time, possession: possessionCheck({ clock: time.clock, ...options }) }
}

t.test(
  'B17 a bound token is never `valid`, also when it is remembered, and ends like others',
  async (t) => {
    const { verifier, outcome, append } = scene()
    const token = sign({ cnf: { jkt: key.jkt } })
    t.match(verifier.verify(token), { kind: /^bound$/, claims: { cnf: { jkt: key.jkt } } })
    remember(verifier, token)
    t.equal(outcome(token), 'bound')
    t.match(await verifier.verifyCurrent(token), { kind: /^bound$/ })
    append(entry(11, 'session', 's0_a'))
    t.equal(outcome(token), 'session_ended')
  },
)

t.test(
  'RFC 9449 section 7.1: the holder of the key may use the token, once with each proof',
  async (t) => {
    const { possession } = check()
    const once = presented()
    t.strictSame(possession(bound, once), { kind: 'proven' })
    t.match(possession(bound, once), { error: 'invalid_dpop_proof', fault: 'proof_replayed' })
    t.strictSame(possession(bound, presented()), { kind: 'proven' }, 'the next proof')
  },
)

t.test('D18 B17 everything else is refused, with the error that the section wants', async (t) => {
  const other = newKey()
  const rows: [
    rule: string,
    error: 'invalid_token' | 'invalid_dpop_proof',
    fault: PossessionFault,
    change: Partial<Presented>,
    of?: typeof bound,
  ][] = [
    ['sent as a bearer token', 'invalid_token', 'bound_as_bearer', { scheme: 'Bearer' }],
    [
      'sent as a bearer token, without a proof',
      'invalid_token',
      'bound_as_bearer',
      { scheme: 'Bearer', proof: undefined },
    ],
    ['no proof', 'invalid_dpop_proof', 'no_proof', { proof: undefined }],
    ['no address to compare with', 'invalid_dpop_proof', 'address_unknown', { uri: undefined }],
    ['garbage', 'invalid_dpop_proof', 'malformed', { proof: 'x' }],
    ['for another method', 'invalid_dpop_proof', 'wrong_htm', { method: 'POST' }],
    ['for another address', 'invalid_dpop_proof', 'wrong_htu', { uri: `${URI}0` }],
    ['for another token', 'invalid_dpop_proof', 'wrong_ath', { token: 'another.access.token' }],
    [
      'too old',
      'invalid_dpop_proof',
      'expired',
      { proof: proofOf({ nowSeconds: NOW_SECONDS - 61 }) },
    ],
    ['by another key', 'invalid_token', 'proof_of_other_key', { proof: proofOf({}, other) }],
    ['beside a token that is bound to nothing', 'invalid_token', 'not_bound', {}, claims()],
    ['without its certificate', 'invalid_token', 'other_certificate', {}, byCertificate],
    [
      'with another certificate',
      'invalid_token',
      'other_certificate',
      { certificateHash: 'd'.repeat(43) },
      byCertificate,
    ],
    [
      'with its certificate, and the scheme DPoP',
      'invalid_token',
      'not_bound',
      { certificateHash: HASH },
      byCertificate,
    ],
    [
      'a proof where a certificate is wanted as well',
      'invalid_token',
      'other_certificate',
      {},
      claims({ cnf: { jkt: key.jkt, 'x5t#S256': HASH } }),
    ],
  ]
  for (const [rule, error, fault, change, of = bound] of rows) {
    const { possession } = check()
    t.strictSame(possession(of, presented(change)), { kind: 'unproven', error, fault }, rule)
  }
})

t.test(
  'RFC 8705 section 3: a token that is bound to a certificate is sent as a bearer token',
  async (t) => {
    const { possession } = check()
    const bearer = { scheme: 'Bearer', proof: undefined, certificateHash: HASH } as const
    t.strictSame(possession(byCertificate, presented(bearer)), { kind: 'proven' })
    const both = claims({ cnf: { jkt: key.jkt, 'x5t#S256': HASH } })
    t.strictSame(possession(both, presented({ certificateHash: HASH })), { kind: 'proven' })
  },
)

t.test('D18 a proof that is refused for something else is not used up', async (t) => {
  const { possession } = check()
  const once = presented()
  t.match(possession(claims({ cnf: { jkt: newKey().jkt } }), once), { fault: 'proof_of_other_key' })
  t.match(possession(bound, { ...once, method: 'PUT' }), { fault: 'wrong_htm' })
  t.strictSame(possession(bound, once), { kind: 'proven' })
})

t.test('D18 a replay is a replay for as long as its proof is fresh', async (t) => {
  for (const waits of [[0], [70_000], [35_000, 35_000], [1_000, 69_000]]) {
    const { possession, time } = check()
    await possession(bound, presented())
    // Ten seconds ahead: what lives longest.
    const late = presented({ proof: proofOf({ nowSeconds: NOW_SECONDS + 10 }) })
    t.strictSame(possession(bound, late), { kind: 'proven' })
    for (const ms of waits) {
      time.advance(ms)
      t.match(possession(bound, late), { fault: 'proof_replayed' }, `${waits}`)
    }
  }
  const { possession, time } = check()
  const proof = presented()
  await possession(bound, proof)
  time.advance(61_000)
  t.match(possession(bound, proof), { fault: 'expired' })
})

t.test('the memory is bounded: it takes no more, and has room again afterwards', async (t) => {
  const { possession, time } = check({ mostProofs: 2 })
  const at = (nowSeconds: number) => presented({ proof: proofOf({ nowSeconds }) })
  const first = at(NOW_SECONDS)
  t.strictSame(possession(bound, first), { kind: 'proven' })
  t.strictSame(possession(bound, at(NOW_SECONDS)), { kind: 'proven' })
  t.strictSame(possession(bound, at(NOW_SECONDS)), { kind: 'full' }, 'nothing is forgotten for it')
  t.match(possession(bound, first), { fault: 'proof_replayed' })
  time.advance(71_000)
  t.strictSame(possession(bound, at(NOW_SECONDS + 71)), { kind: 'proven' })
})

t.test(
  'a memory of all processes may be given, and is told how long to keep a proof',
  async (t) => {
    const asked: [string, number][] = []
    const seen = new Set<string>()
    const claimProof: ClaimProof = async (name, seconds) => {
      asked.push([name, seconds])
      if (seen.has(name)) return 'replayed'
      seen.add(name)
      return 'new'
    }
    const processes = [check({ claimProof }), check({ claimProof })] as const
    const once = presented({ proof: proofOf({ nowSeconds: NOW_SECONDS - 20 }) })
    t.strictSame(await processes[0].possession(bound, once), { kind: 'proven' })
    t.match(await processes[1].possession(bound, once), { fault: 'proof_replayed' })
    t.equal(asked[0]?.[1], 41)
    t.match(asked[0]?.[0], /^[A-Za-z0-9_-]{43}$/)
    t.equal(asked[0]?.[0], asked[1]?.[0])
  },
)
