/**
 * `response_type` and `response_mode`: RFC 6749 section 3.1.1, OAuth 2.0 Multiple Response Types section 2.1, OAuth 2.0
 * Form Post Response Mode section 2. A code only; never in a fragment, which nothing but an implicit flow needs.
 */
import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

export const RESPONSE_MODES = ['query', 'form_post'] as const
export type ResponseMode = (typeof RESPONSE_MODES)[number]

export function checkResponse(
  parameters: Parameters,
  client: Pick<Client, 'grantTypes'>,
): ResponseMode {
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
  const mode = knownResponseMode(parameters)
  if (mode === undefined) {
    throw new OAuthError('invalid_request', 'response_mode_unsupported', {
      description: 'response_mode is query or form_post',
    })
  }
  if (!client.grantTypes.includes('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'grant_type_not_registered')
  }
  return mode
}

/** Undefined for a mode that this issuer does not have. Errors of such a request go by the default mode of its type. */
export function knownResponseMode(parameters: Parameters): ResponseMode | undefined {
  const mode = parameters.get('response_mode') ?? 'query'
  return RESPONSE_MODES.find((known) => known === mode)
}
