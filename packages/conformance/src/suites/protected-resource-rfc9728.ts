/** What a service says about itself, and how it refuses: RFC 9728, RFC 6750 section 3. */
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectStatus, expectThat, header, jsonOf, shown } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const NEEDS = ['setting protectedResource'] as const

function service({ settings }: Issuer) {
  const found = settings.protectedResource
  if (found === undefined) throw new NotOffered('the settings have no "protectedResource"')
  return found
}

/** RFC 9728 section 3: between host and path. */
function metadataAddress(issuer: Issuer): string {
  const { origin, pathname } = new URL(service(issuer).resource)
  return `${origin}/.well-known/oauth-protected-resource${pathname.replace(/\/$/, '')}`
}

async function metadata(issuer: Issuer) {
  const answer = await issuer.send({ url: metadataAddress(issuer) })
  expectStatus(answer, 200)
  return jsonOf(answer)
}

export const protectedResourceSuite: Suite = {
  name: 'protected-resource',
  title: 'Protected resources (RFC 9728, RFC 6750)',
  rules: [
    must(
      'protected-resource.identifier',
      'RFC 9728 §3.3',
      'The resource of the metadata is the one that was asked for.',
      NEEDS,
      async (issuer) => {
        expectEqual((await metadata(issuer))['resource'], service(issuer).resource, 'resource')
      },
    ),
    must(
      'protected-resource.issuer',
      'RFC 9728 §2',
      'The issuer is among its authorization servers.',
      NEEDS,
      async (issuer) => {
        const listed = (await metadata(issuer))['authorization_servers']
        const isListed = Array.isArray(listed) && listed.includes(issuer.settings.issuer)
        expectThat(isListed, `authorization_servers ${shown(listed)}`, issuer.settings.issuer)
      },
    ),
    must(
      'protected-resource.no-empty-lists',
      'RFC 9728 §3.2',
      'A list without elements is left out.',
      NEEDS,
      async (issuer) => {
        const all = Object.entries(await metadata(issuer))
        const empty = all.filter(([, value]) => Array.isArray(value) && value.length === 0)
        expectEqual(empty, [], 'empty lists')
      },
    ),
    must(
      'protected-resource.no-token',
      'RFC 6750 §3.1',
      'Without token: 401, a Bearer challenge, and no error.',
      NEEDS,
      async (issuer) => {
        const answer = await issuer.send({ url: service(issuer).url })
        expectStatus(answer, 401)
        const challenge = header(answer, 'www-authenticate')
        expectThat(/\bbearer\b/i.test(challenge), `www-authenticate "${challenge}"`, 'Bearer')
        expectThat(!/\berror=/.test(challenge), `www-authenticate "${challenge}"`, 'no error')
      },
    ),
    must(
      'protected-resource.bad-token',
      'RFC 6750 §3.1',
      'With a token that is none: 401 invalid_token.',
      NEEDS,
      async (issuer) => {
        const headers = { authorization: 'Bearer not-a-token' }
        const answer = await issuer.send({ url: service(issuer).url, headers })
        expectStatus(answer, 401)
        const challenge = header(answer, 'www-authenticate')
        expectThat(
          /error="invalid_token"/.test(challenge),
          `www-authenticate "${challenge}"`,
          'invalid_token',
        )
      },
    ),
    should(
      'protected-resource.challenge',
      'RFC 9728 §5.1',
      'The challenge names where the metadata is.',
      NEEDS,
      async (issuer) => {
        const answer = await issuer.send({ url: service(issuer).url })
        const challenge = header(answer, 'www-authenticate')
        const found = /resource_metadata="([^"]*)"/.exec(challenge)?.[1]
        expectEqual(found, metadataAddress(issuer), 'resource_metadata')
      },
    ),
  ],
}
