/** What a proof of possession has to say, and when it counts: RFC 9449 sections 4.2, 4.3 and 11.1. */
import { authorizeAs, boundTokenRequest } from '../flows/bound-tokens.ts'
import { type ProofChanges, proof, proofKeyPair } from '../flows/proof-of-possession.ts'
import { codeForm, granted, tokenRequest } from '../flows/tokens.ts'
import { expectError } from '../rule/expect.ts'
import { must, type Rule, should } from '../rule/rule.ts'

const NEEDS = ['client dpop'] as const
const now = () => Math.floor(Date.now() / 1000)

/** How far clocks may be apart no RFC says; FAPI 2.0 counts on ten seconds. */
function accepted(id: string, spec: string, title: string, changes: () => ProofChanges): Rule {
  return should(id, spec, title, NEEDS, async (issuer) => {
    const form = codeForm(await authorizeAs(issuer, 'dpop'))
    granted(await boundTokenRequest(issuer, 'dpop', form, await proofKeyPair(), changes()))
  })
}

function refused(
  id: string,
  spec: string,
  title: string,
  changes: () => ProofChanges | Promise<ProofChanges>,
): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    const form = codeForm(await authorizeAs(issuer, 'dpop'))
    const answer = await boundTokenRequest(
      issuer,
      'dpop',
      form,
      await proofKeyPair(),
      await changes(),
    )
    expectError(answer, ['invalid_dpop_proof'], [400, 401])
  })
}

/** Without a nonce of the issuer: with one, iat need not be looked at (section 4.3 number 11). */
function stale(id: string, title: string, offsetSeconds: number): Rule {
  return must(id, 'RFC 9449 §11.1', title, NEEDS, async (issuer) => {
    const url = issuer.endpoint('token_endpoint')
    const changes = { claims: { iat: now() + offsetSeconds } }
    const dpop = await proof(await proofKeyPair(), 'POST', url, changes)
    const form = codeForm(await authorizeAs(issuer, 'dpop'))
    const answer = await tokenRequest(issuer, 'dpop', form, { headers: { dpop } })
    expectError(answer, ['invalid_dpop_proof', 'use_dpop_nonce'], [400, 401])
  })
}

export const PROOF_RULES = [
  accepted(
    'dpop.clock-behind',
    'RFC 9449 §11.1',
    'A proof of a clock 10 seconds behind is accepted.',
    () => ({
      claims: { iat: now() - 10 },
    }),
  ),
  accepted(
    'dpop.clock-ahead',
    'RFC 9449 §11.1',
    'A proof of a clock 10 seconds ahead is accepted.',
    () => ({
      claims: { iat: now() + 10 },
    }),
  ),
  accepted('dpop.more-claims', 'RFC 9449 §4.2', 'A proof may have nbf and exp.', () => ({
    claims: { nbf: now() - 5, exp: now() + 60 },
  })),
  refused('dpop.method', 'RFC 9449 §4.3', 'A proof for another method is refused.', () => ({
    claims: { htm: 'GET' },
  })),
  refused('dpop.address', 'RFC 9449 §4.3', 'A proof for another address is refused.', () => ({
    claims: { htu: 'https://other.example/token' },
  })),
  stale('dpop.old', 'A proof of an hour ago is refused.', -3600),
  stale('dpop.future', 'A proof of in an hour is refused.', 3600),
  refused('dpop.no-jti', 'RFC 9449 §4.3', 'A proof without jti is refused.', () => ({
    claims: { jti: undefined },
  })),
  refused('dpop.no-iat', 'RFC 9449 §4.3', 'A proof without iat is refused.', () => ({
    claims: { iat: undefined },
  })),
  refused('dpop.type', 'RFC 9449 §4.3', 'A JWT of another type is no proof.', () => ({
    header: { typ: 'JWT' },
  })),
  refused('dpop.key-missing', 'RFC 9449 §4.3', 'A proof without its key is refused.', () => ({
    header: { jwk: undefined },
  })),
  refused(
    'dpop.key-other',
    'RFC 9449 §4.3',
    'A proof that its own key did not sign is refused.',
    async () => ({
      header: { jwk: (await proofKeyPair()).publicKey },
    }),
  ),
]
