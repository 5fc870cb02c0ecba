import type { Differences } from '../fixtures/judge.ts'

/** Rules that oidc-provider 9.13 does not keep; the README shows this list. */
export const DIFFERENCES: Differences = {
  'token.grant-type-not-allowed':
    'It says invalid_request. RFC 6749 §5.2 has unauthorized_client for a client that may not use a grant type.',
  'token.client-credentials-public': 'The same: RFC 6749 §5.2 has unauthorized_client for this.',
  'introspection.id-token':
    'It says unsupported_token_type. RFC 7662 §2.2: a token that is not active is no error but {"active":false}; the code stands in RFC 7009 §2.2.1, for revocation.',
  'dpop.once':
    'It says invalid_grant. RFC 9449 §5 has invalid_dpop_proof for a proof that is not valid, and §11.1 counts a repeated one among those.',
  'security.same-site':
    'To take POST at the authorization endpoint it wants cookies with SameSite=None. RFC 9700 §4.7 counts SameSite among the defences; a redirect to the same request by GET keeps it.',
  'security.host-header':
    'Its metadata repeats the Host header of the request. RFC 9700 §4.13 leaves that to a proxy in front; with the issuer in the settings there is nothing to leave.',
  'hygiene.method':
    'GET at the device authorization endpoint is 500. RFC 9110 §15.5.6: a method that is not supported is a fault of the client.',
  'hygiene.allow':
    'Other methods are 404. RFC 9110 §15.5.6: 405 with Allow says more, and RFC 9126 §2.3 names it for pushed requests.',
}

/** What oidc-provider 9.13 does not offer, or the control leaves out. */
export const SKIPPED: Readonly<Record<string, string>> = {
  'jar.not-supported': 'it supports request objects',
  'par.expired': 'pushed requests live 60 s, which cannot be set',
  'oidc.prompt-select-account': 'no such prompt without a policy of its own',
  'id-token.at-hash': 'at_hash is optional in the code flow',
  'introspection.replaced-refresh-token': 'it replaces refresh tokens of public clients only',
  'dpop.thumbprint': 'access tokens for user info are opaque',
}

/** Whole suites of the same kind. */
export const SKIPPED_SUITES: Readonly<Record<string, string>> = {
  exchange: 'no token exchange',
  frontchannel: 'no front-channel logout',
  'protected-resource': 'no service of its own',
  rar: 'the control registers no type',
}
