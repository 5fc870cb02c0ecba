/** Token revocation: RFC 7009. */

import { callUserinfo } from '../flows/call-userinfo.ts'
import { basicCredentials, clientRequest, type Form } from '../flows/client-request.ts'
import { granted, refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectError, expectStatus } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'
import type { ClientRole } from '../settings/client-roles.ts'

const NEEDS = ['client basic', 'endpoint revocation_endpoint'] as const

async function revoke(issuer: Issuer, role: ClientRole, form: Form) {
  return await clientRequest(issuer, 'revocation_endpoint', issuer.client(role), form)
}

/** A sign-in of its own, so that the sessions of other rules go on. */
async function freshTokens(issuer: Issuer) {
  return await signInTokens(issuer, { browser: issuer.browser() })
}

export const revocationSuite: Suite = {
  name: 'revocation',
  title: 'Token revocation (RFC 7009)',
  rules: [
    must(
      'revocation.refresh-token',
      'RFC 7009 §2.1',
      'A revoked refresh token gives nothing any more.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const token = refreshTokenOf((await freshTokens(issuer)).body)
        expectStatus(
          await revoke(issuer, 'basic', { token, token_type_hint: 'refresh_token' }),
          200,
        )
        expectError(await refresh(issuer, 'basic', token), ['invalid_grant'])
      },
    ),
    should(
      'revocation.refresh-token-ends-access',
      'RFC 7009 §2.1',
      'With a refresh token end the access tokens of the same grant.',
      [...NEEDS, 'grant refresh_token', 'endpoint userinfo_endpoint'],
      async (issuer) => {
        const { body, accessToken } = await freshTokens(issuer)
        expectStatus(await revoke(issuer, 'basic', { token: refreshTokenOf(body) }), 200)
        expectStatus(await callUserinfo(issuer, accessToken), 401)
      },
    ),
    should(
      'revocation.access-token',
      'RFC 7009 §2.1',
      'A revoked access token is refused at once.',
      [...NEEDS, 'endpoint userinfo_endpoint'],
      async (issuer) => {
        const { accessToken: token } = await freshTokens(issuer)
        expectStatus(await revoke(issuer, 'basic', { token, token_type_hint: 'access_token' }), 200)
        expectStatus(await callUserinfo(issuer, token), 401)
      },
    ),
    must(
      'revocation.wrong-hint',
      'RFC 7009 §2.1',
      'A wrong or unknown token_type_hint does not keep the token alive.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        for (const token_type_hint of ['access_token', 'no_such_type']) {
          const token = refreshTokenOf((await freshTokens(issuer)).body)
          expectStatus(await revoke(issuer, 'basic', { token, token_type_hint }), 200)
          expectError(await refresh(issuer, 'basic', token), ['invalid_grant'])
        }
      },
    ),
    must(
      'revocation.unknown-token',
      'RFC 7009 §2.2',
      'An unknown token is answered like a revoked one: 200.',
      NEEDS,
      async (issuer) =>
        expectStatus(await revoke(issuer, 'basic', { token: 'no-such-token' }), 200),
    ),
    must(
      'revocation.twice',
      'RFC 7009 §2.2',
      'Revoking a second time is 200 as well.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const token = refreshTokenOf((await freshTokens(issuer)).body)
        expectStatus(await revoke(issuer, 'basic', { token }), 200)
        expectStatus(await revoke(issuer, 'basic', { token }), 200)
      },
    ),
    must(
      'revocation.other-client',
      'RFC 7009 §2.1',
      'A client can not revoke the token of another one.',
      [...NEEDS, 'client second', 'grant refresh_token'],
      async (issuer) => {
        const token = refreshTokenOf((await freshTokens(issuer)).body)
        await revoke(issuer, 'second', { token })
        granted(await refresh(issuer, 'basic', token))
      },
    ),
    must(
      'revocation.no-token',
      'RFC 7009 §2.1',
      'A request without token is invalid_request.',
      NEEDS,
      async (issuer) => expectError(await revoke(issuer, 'basic', {}), ['invalid_request']),
    ),
    must(
      'revocation.credentials',
      'RFC 7009 §2.1',
      'A client with a wrong secret is refused, and the token lives on.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const token = refreshTokenOf((await freshTokens(issuer)).body)
        const client = issuer.client('basic')
        const credentials = basicCredentials(client.id, 'wrong'.repeat(8))
        const answer = await clientRequest(
          issuer,
          'revocation_endpoint',
          client,
          { token },
          { credentials },
        )
        expectError(answer, ['invalid_client'], [401])
        granted(await refresh(issuer, 'basic', token))
      },
    ),
    must(
      'revocation.get',
      'RFC 7009 §2.1',
      'Revocation is asked for by POST: a GET revokes nothing.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const token = refreshTokenOf((await freshTokens(issuer)).body)
        const { id, secret = '' } = issuer.client('basic')
        const url = `${issuer.endpoint('revocation_endpoint')}?${new URLSearchParams({ token })}`
        const answer = await issuer.send({ url, headers: basicCredentials(id, secret).headers })
        expectEqual(answer.status >= 400, true, `status ${answer.status} is a refusal`)
        granted(await refresh(issuer, 'basic', token))
      },
    ),
  ],
}
