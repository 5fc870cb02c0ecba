/** Rich authorization requests: RFC 9396. */
import { authorize, expectRefusal } from '../flows/authorize.ts'
import { granted, redeem, refresh, refreshTokenOf } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectError, expectThat, shown } from '../rule/expect.ts'
import { must, type Rule, type Suite } from '../rule/rule.ts'

const NEEDS = [
  'client details',
  'setting authorizationDetails',
  'member authorization_details_types_supported',
] as const

function details(issuer: Issuer): string {
  return JSON.stringify(issuer.settings.authorizationDetails)
}

function refused(id: string, spec: string, title: string, text: (issuer: Issuer) => string): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    const changes = { authorization_details: text(issuer) }
    const answer = await authorize(issuer, { client: 'details', changes })
    expectRefusal(answer, 'invalid_authorization_details')
  })
}

export const rarSuite: Suite = {
  name: 'rar',
  title: 'Rich authorization requests (RFC 9396)',
  rules: [
    must(
      'rar.granted',
      'RFC 9396 §7',
      'What was granted comes with the token answer, with its types.',
      NEEDS,
      async (issuer) => {
        const changes = { authorization_details: details(issuer) }
        const authorization = await authorize(issuer, { client: 'details', changes })
        const { body } = granted(await redeem(issuer, authorization, 'details'))
        const told = body['authorization_details']
        const types = issuer.settings.authorizationDetails?.map(({ type }) => type) ?? []
        const isList = Array.isArray(told) && told.every((one) => types.includes(one?.type))
        expectThat(isList, `authorization_details ${shown(told)}`, 'a list of the types asked for')
      },
    ),
    must(
      'rar.types-listed',
      'RFC 9396 §10',
      'The types are listed in the metadata.',
      NEEDS,
      async ({ metadata, settings }) => {
        const listed = metadata['authorization_details_types_supported']
        const types = settings.authorizationDetails?.map(({ type }) => type) ?? []
        const areListed = Array.isArray(listed) && types.every((type) => listed.includes(type))
        expectThat(
          areListed,
          `authorization_details_types_supported ${shown(listed)}`,
          shown(types),
        )
      },
    ),
    refused(
      'rar.unknown-type',
      'RFC 9396 §5',
      'An unknown type is invalid_authorization_details.',
      () => JSON.stringify([{ type: 'urn:example:no-such-type' }]),
    ),
    refused(
      'rar.no-type',
      'RFC 9396 §5',
      'An object without type is invalid_authorization_details.',
      () => JSON.stringify([{ actions: ['read'] }]),
    ),
    refused(
      'rar.unknown-member',
      'RFC 9396 §5',
      'A member that the type does not have is invalid_authorization_details.',
      ({ settings }) => {
        const [first] = settings.authorizationDetails ?? []
        return JSON.stringify([{ ...first, no_such_member: true }])
      },
    ),
    refused(
      'rar.malformed',
      'RFC 9396 §5',
      'What is no JSON array is invalid_authorization_details.',
      () => '{"type":"x"',
    ),
    must(
      'rar.refresh-wider',
      'RFC 9396 §6.1',
      'A refresh can not gain what was not granted.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const changes = { authorization_details: details(issuer) }
        const authorization = await authorize(issuer, { client: 'details', changes })
        const { body } = granted(await redeem(issuer, authorization, 'details'))
        const form = {
          authorization_details: JSON.stringify([{ type: 'urn:example:no-such-type' }]),
        }
        const answer = await refresh(issuer, 'details', refreshTokenOf(body), form)
        expectError(answer, ['invalid_authorization_details', 'invalid_request'])
      },
    ),
  ],
}
