/** The published keys: RFC 7517 sections 4 and 5, RFC 7518 sections 3 and 6, OpenID Connect Core section 10. */
import type { JWK } from 'jose'
import { publishedKeys } from '../flows/judge-jwt.ts'
import { expectEqual, expectThat, shown } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Which keys can check signatures of an algorithm: RFC 7518 section 3.1, RFC 8037 section 3.1. */
const KEY_OF: Readonly<Record<string, (key: JWK) => boolean>> = {
  RS: ({ kty }) => kty === 'RSA',
  PS: ({ kty }) => kty === 'RSA',
  ES: ({ kty }) => kty === 'EC',
  Ed: ({ kty }) => kty === 'OKP',
}

export const jwksSuite: Suite = {
  name: 'jwks',
  title: 'Published keys (RFC 7517)',
  rules: [
    must(
      'jwks.keys',
      'RFC 7517 §5',
      'The key set has keys, each with its type.',
      [],
      async (issuer) => {
        const { keys } = await publishedKeys(issuer)
        expectThat(keys.length > 0, 'no keys', 'at least one key')
        for (const key of keys)
          expectThat(typeof key.kty === 'string', `kty ${shown(key.kty)}`, 'a kty')
      },
    ),
    must(
      'jwks.public',
      'RFC 7517 §9.2',
      'No private and no symmetric key is published.',
      [],
      async (issuer) => {
        for (const key of (await publishedKeys(issuer)).keys) {
          const found = PRIVATE_MEMBERS.filter((name) => Object.hasOwn(key, name))
          expectEqual(found, [], `private members of key ${shown(key.kid)}`)
          expectThat(key.kty !== 'oct', 'a key of type oct', 'public keys only')
        }
      },
    ),
    must(
      'jwks.kid',
      'Core §10.1',
      'With several keys each has a kid of its own.',
      [],
      async (issuer) => {
        const kids = (await publishedKeys(issuer)).keys.map(({ kid }) => kid)
        if (kids.length === 1) return
        expectThat(!kids.includes(undefined), 'a key without kid', 'a kid for each')
        expectEqual(new Set(kids).size, kids.length, 'different kids')
      },
    ),
    must(
      'jwks.rsa-size',
      'RFC 7518 §3.3',
      'RSA keys have at least 2048 bits.',
      [],
      async (issuer) => {
        for (const { kty, n, kid } of (await publishedKeys(issuer)).keys) {
          if (kty !== 'RSA') continue
          const bits = Buffer.from(n ?? '', 'base64url').length * 8
          expectThat(bits >= 2048, `${bits} bits of key ${shown(kid)}`, 'at least 2048 bits')
        }
      },
    ),
    must(
      'jwks.algorithms',
      'Core §10.1',
      'There is a key for every asymmetric algorithm that is offered for ID tokens.',
      [],
      async (issuer) => {
        const { keys } = await publishedKeys(issuer)
        const listed = issuer.metadata['id_token_signing_alg_values_supported']
        const algorithms = (Array.isArray(listed) ? listed : []).map(String)
        for (const alg of algorithms) {
          const fits = KEY_OF[alg.slice(0, 2)]
          if (fits === undefined) continue
          const usable = keys.some(
            (key) => fits(key) && (key.alg ?? alg) === alg && key.use !== 'enc',
          )
          expectThat(usable, `no key for ${alg}`, `a key for ${alg}`)
        }
      },
    ),
    should('jwks.use', 'RFC 7517 §4.2', 'Each key says what it is for.', [], async (issuer) => {
      for (const { use, kid } of (await publishedKeys(issuer)).keys) {
        expectThat(
          use === 'sig' || use === 'enc',
          `use ${shown(use)} of key ${shown(kid)}`,
          'sig or enc',
        )
      }
    }),
    should('jwks.alg', 'RFC 8725 §3.1', 'Each key names its one algorithm.', [], async (issuer) => {
      for (const { alg, kid } of (await publishedKeys(issuer)).keys) {
        expectThat(typeof alg === 'string', `alg ${shown(alg)} of key ${shown(kid)}`, 'an alg')
      }
    }),
  ],
}
