/** Token exchange: RFC 8693. */

import type { Form } from '../flows/client-request.ts'
import { jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import { granted, signInTokens, tokenRequest } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectError, expectThat, shown, textMember } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Rule, type Suite, should } from '../rule/rule.ts'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const NEEDS = ['client exchange', 'setting exchange', `grant ${GRANT}`] as const

/** The token of a person, given to the exchanging client. */
async function subjectToken(issuer: Issuer): Promise<string> {
  const { subject = 'basic', subjectResource } = issuer.settings.exchange ?? {}
  const { accessToken } = await signInTokens(issuer, {
    client: subject,
    changes: { resource: subjectResource },
  })
  return accessToken
}

function exchangeForm(issuer: Issuer, subject: string): Form {
  return {
    grant_type: GRANT,
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    resource: issuer.settings.exchange?.resource,
  }
}

async function exchange(issuer: Issuer, changes: Form = {}) {
  const form = exchangeForm(issuer, await subjectToken(issuer))
  return await tokenRequest(issuer, 'exchange', { ...form, ...changes })
}

function refused(
  id: string,
  spec: string,
  title: string,
  codes: readonly string[],
  changes: Form,
): Rule {
  return must(id, spec, title, NEEDS, async (issuer) => {
    expectError(await exchange(issuer, changes), codes)
  })
}

export const exchangeSuite: Suite = {
  name: 'exchange',
  title: 'Token exchange (RFC 8693)',
  rules: [
    must(
      'exchange.success',
      'RFC 8693 §2.2.1',
      'A token is exchanged: the answer names its type and how it is used.',
      NEEDS,
      async (issuer) => {
        const { body } = granted(await exchange(issuer))
        expectEqual(body['issued_token_type'], ACCESS_TOKEN, 'issued_token_type')
        expectThat(
          /^(?:bearer|dpop)$/i.test(textMember(body, 'token_type')),
          shown(body['token_type']),
          'Bearer',
        )
      },
    ),
    should(
      'exchange.acts',
      'RFC 8693 §4.1',
      'The new token is about the same person and says who acts.',
      NEEDS,
      async (issuer) => {
        const subject = await subjectToken(issuer)
        const answer = await tokenRequest(issuer, 'exchange', exchangeForm(issuer, subject))
        const { accessToken } = granted(answer)
        if (jwtHeader(accessToken) === undefined) throw new NotOffered('the access token is no JWT')
        const claims = jwtClaims(accessToken)
        expectEqual(claims['sub'], jwtClaims(subject)['sub'], 'sub')
        const act = claims['act'] as { sub?: unknown } | undefined
        expectThat(typeof act?.sub === 'string', `act ${shown(act)}`, 'act with a sub')
      },
    ),
    should(
      'exchange.not-longer',
      'RFC 8693 §2.2.1',
      'The new token does not outlive the one that it was made from.',
      NEEDS,
      async (issuer) => {
        const subject = await subjectToken(issuer)
        const answer = await tokenRequest(issuer, 'exchange', exchangeForm(issuer, subject))
        const { accessToken } = granted(answer)
        if (jwtHeader(accessToken) === undefined) throw new NotOffered('the access token is no JWT')
        const [before, after] = [jwtClaims(subject)['exp'], jwtClaims(accessToken)['exp']]
        expectThat(Number(after) <= Number(before), `exp ${after}`, `at most ${before}`)
      },
    ),
    refused(
      'exchange.subject-missing',
      'RFC 8693 §2.1',
      'Without subject_token nothing is given, least of all the power of the client.',
      ['invalid_request'],
      { subject_token: undefined },
    ),
    refused(
      'exchange.type-missing',
      'RFC 8693 §2.1',
      'Without subject_token_type the request is invalid.',
      ['invalid_request'],
      { subject_token_type: undefined },
    ),
    refused(
      'exchange.subject-invalid',
      'RFC 8693 §2.2.2',
      'A subject token that is not valid is invalid_request.',
      ['invalid_request'],
      { subject_token: 'not-a-token' },
    ),
    refused(
      'exchange.type-unknown',
      'RFC 8693 §2.2.2',
      'A subject_token_type that the issuer does not know is invalid_request.',
      ['invalid_request'],
      { subject_token_type: 'urn:example:no-such-type' },
    ),
    refused(
      'exchange.actor-type-alone',
      'RFC 8693 §2.1',
      'actor_token_type without actor_token is an error.',
      ['invalid_request'],
      { actor_token_type: ACCESS_TOKEN },
    ),
    refused(
      'exchange.target',
      'RFC 8693 §2.2.2',
      'A target that the client may not call is invalid_target.',
      ['invalid_target'],
      { resource: 'https://nobody-knows-this.example' },
    ),
    must(
      'exchange.not-registered',
      'RFC 6749 §5.2',
      'A client that is not registered for it can not exchange.',
      [...NEEDS, 'client second'],
      async (issuer) => {
        const form = exchangeForm(issuer, await subjectToken(issuer))
        expectError(await tokenRequest(issuer, 'second', form), ['unauthorized_client'])
      },
    ),
  ],
}
