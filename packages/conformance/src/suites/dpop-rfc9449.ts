/** Demonstrating proof of possession: RFC 9449. */
import { authorizeAs, boundTokenRequest, boundTokens } from '../flows/bound-tokens.ts'
import { jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import {
  type ProofChanges,
  type ProofKeyPair,
  proof,
  proofKeyPair,
  withProof,
} from '../flows/proof-of-possession.ts'
import { codeForm, granted, redeem, refreshTokenOf, tokenRequest } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import {
  expectEqual,
  expectError,
  expectStatus,
  expectThat,
  header,
  shown,
  textMember,
} from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite } from '../rule/rule.ts'
import { PROOF_RULES } from './proofs-rfc9449.ts'

const NEEDS = ['client dpop'] as const
const USERINFO = [...NEEDS, 'endpoint userinfo_endpoint'] as const

const BINDING = [
  must(
    'dpop.token-type',
    'RFC 9449 §5',
    'A token request with a proof gives a token of type DPoP.',
    NEEDS,
    async (issuer) => {
      const { body } = await boundTokens(issuer, 'dpop')
      expectThat(/^dpop$/i.test(textMember(body, 'token_type')), shown(body['token_type']), 'DPoP')
    },
  ),
  must(
    'dpop.thumbprint',
    'RFC 9449 §6.1',
    'A JWT access token names the thumbprint of the key.',
    NEEDS,
    async (issuer) => {
      const { accessToken, keys } = await boundTokens(issuer, 'dpop')
      if (jwtHeader(accessToken) === undefined) throw new NotOffered('the access token is no JWT')
      expectEqual(jwtClaims(accessToken)['cnf'], { jkt: keys.thumbprint }, 'cnf')
    },
  ),
  must(
    'dpop.userinfo',
    'RFC 9449 §7.1',
    'A bound token opens user info together with a proof.',
    USERINFO,
    async (issuer) => {
      const { accessToken, keys } = await boundTokens(issuer, 'dpop')
      expectStatus(await present(issuer, accessToken, keys), 200)
    },
  ),
  must(
    'dpop.scheme-case',
    'RFC 9110 §11.1',
    'The name of the scheme is read without regard to letter case.',
    USERINFO,
    async (issuer) => {
      const { accessToken, keys } = await boundTokens(issuer, 'dpop')
      for (const scheme of ['dpop', 'DPOP']) {
        expectStatus(await present(issuer, accessToken, keys, {}, scheme), 200)
      }
    },
  ),
  must(
    'dpop.as-bearer',
    'RFC 9449 §7.2',
    'A bound token is refused as Bearer.',
    USERINFO,
    async (issuer) => {
      const { accessToken } = await boundTokens(issuer, 'dpop')
      const url = issuer.endpoint('userinfo_endpoint')
      expectStatus(
        await issuer.send({ url, headers: { authorization: `Bearer ${accessToken}` } }),
        401,
      )
    },
  ),
  must(
    'dpop.other-key-at-resource',
    'RFC 9449 §7.1',
    'A proof by another key than the one that the token is bound to is refused.',
    USERINFO,
    async (issuer) => {
      const { accessToken } = await boundTokens(issuer, 'dpop')
      expectStatus(await present(issuer, accessToken, await proofKeyPair()), 401, 400)
    },
  ),
  must(
    'dpop.without-proof-at-resource',
    'RFC 9449 §7.1',
    'A bound token without proof is refused, with a DPoP challenge.',
    USERINFO,
    async (issuer) => {
      const { accessToken } = await boundTokens(issuer, 'dpop')
      const url = issuer.endpoint('userinfo_endpoint')
      const answer = await issuer.send({ url, headers: { authorization: `DPoP ${accessToken}` } })
      expectStatus(answer, 401, 400)
      const challenge = header(answer, 'www-authenticate')
      expectThat(/\bdpop\b/i.test(challenge), `www-authenticate "${challenge}"`, 'a DPoP challenge')
    },
  ),
  must(
    'dpop.token-hash',
    'RFC 9449 §4.3',
    'At a resource the proof must hold the hash of the token.',
    USERINFO,
    async (issuer) => {
      const { accessToken, keys } = await boundTokens(issuer, 'dpop')
      const other = { claims: { ath: 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo' } }
      for (const changes of [{ claims: { ath: undefined } }, other]) {
        expectStatus(await present(issuer, accessToken, keys, changes), 401, 400)
      }
    },
  ),
]

/** Calls user info with a bound token. */
async function present(
  issuer: Issuer,
  accessToken: string,
  keys: ProofKeyPair,
  changes: ProofChanges = {},
  scheme = 'DPoP',
) {
  const url = issuer.endpoint('userinfo_endpoint')
  const target = { method: 'GET', url, changes: { accessToken, ...changes } }
  return await withProof(keys, target, (dpop) =>
    issuer.send({ url, headers: { authorization: `${scheme} ${accessToken}`, dpop } }),
  )
}

const REFRESHING = [
  must(
    'dpop.refresh',
    'RFC 9449 §5',
    'A refresh token of a public client is bound: with its key it gives a new token.',
    [...NEEDS, 'grant refresh_token'],
    async (issuer) => {
      const { body, keys } = await boundTokens(issuer, 'dpop')
      const form = { grant_type: 'refresh_token', refresh_token: refreshTokenOf(body) }
      granted(await boundTokenRequest(issuer, 'dpop', form, keys))
    },
  ),
  must(
    'dpop.refresh-other-key',
    'RFC 9449 §5',
    'With another key, or without proof, it gives nothing.',
    [...NEEDS, 'grant refresh_token'],
    async (issuer) => {
      const { body } = await boundTokens(issuer, 'dpop')
      const form = { grant_type: 'refresh_token', refresh_token: refreshTokenOf(body) }
      const errors = ['invalid_grant', 'invalid_dpop_proof', 'invalid_request']
      expectError(await boundTokenRequest(issuer, 'dpop', form, await proofKeyPair()), errors)
      expectError(await tokenRequest(issuer, 'dpop', form), errors)
    },
  ),
]

const REQUESTS = [
  must(
    'dpop.private-key',
    'RFC 9449 §4.3',
    'A proof that shows its private key is refused.',
    NEEDS,
    async (issuer) => {
      const keys = await proofKeyPair()
      const { alg: _, ...jwk } = keys.privateKey
      const form = codeForm(await authorizeAs(issuer, 'dpop'))
      const answer = await boundTokenRequest(issuer, 'dpop', form, keys, { header: { jwk } })
      expectError(answer, ['invalid_dpop_proof'], [400, 401])
    },
  ),
  must('dpop.malformed', 'RFC 9449 §4.3', 'What is no JWT is no proof.', NEEDS, async (issuer) => {
    const form = codeForm(await authorizeAs(issuer, 'dpop'))
    const answer = await tokenRequest(issuer, 'dpop', form, { headers: { dpop: 'no.jwt' } })
    expectError(answer, ['invalid_dpop_proof'], [400, 401])
  }),
  must('dpop.once', 'RFC 9449 §11.1', 'The same proof is accepted once.', NEEDS, async (issuer) => {
    const keys = await proofKeyPair()
    const url = issuer.endpoint('token_endpoint')
    const send = async (dpop: string) => {
      const form = codeForm(await authorizeAs(issuer, 'dpop'))
      return await tokenRequest(issuer, 'dpop', form, { headers: { dpop } })
    }
    const first = await send(await proof(keys, 'POST', url))
    const nonce = header(first, 'dpop-nonce')
    const dpop = await proof(keys, 'POST', url, nonce === '' ? {} : { nonce })
    granted(await send(dpop))
    expectError(await send(dpop), ['invalid_dpop_proof', 'use_dpop_nonce'], [400, 401])
  }),
  must(
    'dpop.required',
    'RFC 9449 §5.2',
    'A client registered for bound tokens gets none without proof.',
    ['client dpop_required'],
    async (issuer) => {
      const authorization = await authorizeAs(issuer, 'dpop_required')
      const answer = await redeem(issuer, authorization, 'dpop_required')
      expectError(answer, [
        'invalid_dpop_proof',
        'invalid_request',
        'invalid_grant',
        'use_dpop_nonce',
      ])
    },
  ),
  must(
    'dpop.code-bound',
    'RFC 9449 §10',
    'A code requested with dpop_jkt is redeemed with that key.',
    NEEDS,
    async (issuer) => {
      const keys = await proofKeyPair()
      const form = codeForm(await authorizeAs(issuer, 'dpop', { dpop_jkt: keys.thumbprint }))
      granted(await boundTokenRequest(issuer, 'dpop', form, keys))
    },
  ),
  must(
    'dpop.code-bound-other-key',
    'RFC 9449 §10',
    'A code requested with dpop_jkt is of no use with another key.',
    NEEDS,
    async (issuer) => {
      const { thumbprint } = await proofKeyPair()
      const form = codeForm(await authorizeAs(issuer, 'dpop', { dpop_jkt: thumbprint }))
      const answer = await boundTokenRequest(issuer, 'dpop', form, await proofKeyPair())
      expectError(answer, ['invalid_grant', 'invalid_dpop_proof', 'invalid_request'])
    },
  ),
  must(
    'dpop.metadata',
    'RFC 9449 §5.1',
    'The algorithms of proofs are listed; none and symmetric ones are not among them.',
    NEEDS,
    async ({ metadata }) => {
      const listed = metadata['dpop_signing_alg_values_supported']
      const isList = Array.isArray(listed) && listed.length > 0
      expectThat(isList, `dpop_signing_alg_values_supported ${shown(listed)}`, 'a list')
      const weak = listed.filter((alg) => /^(?:none|HS)/.test(String(alg)))
      expectEqual(weak, [], 'none and symmetric algorithms')
    },
  ),
]

export const dpopSuite: Suite = {
  name: 'dpop',
  title: 'Proof of possession (RFC 9449)',
  rules: [...BINDING, ...REFRESHING, ...PROOF_RULES, ...REQUESTS],
}
