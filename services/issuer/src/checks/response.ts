/** `response_type` and `response_mode`: RFC 6749 section 3.1.1, OAuth 2.0 Multiple Response Types. Code by query only. */
import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

export function checkResponse(parameters: Parameters, client: Pick<Client, 'grantTypes'>): void {
  const type = parameters.get('response_type')
  if (type === undefined) {
    throw new OAuthError('invalid_request', 'response_type_missing', {
      description: 'the parameter response_type is missing',
    })
  }
  if (type !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type_unsupported', {
      description: 'only response_type=code is supported',
    })
  }
  const mode = parameters.get('response_mode')
  if (mode !== undefined && mode !== 'query') {
    throw new OAuthError('invalid_request', 'response_mode_unsupported', {
      description: 'only response_mode=query is supported',
    })
  }
  if (!client.grantTypes.includes('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'grant_type_not_registered')
  }
}
