/** Requirements that no rule looks at, and why. */
export interface NotApplicable {
  readonly spec: string
  readonly requirement: string
  readonly reason: string
}

function row(spec: string, requirement: string, reason: string): NotApplicable {
  return { spec, requirement, reason }
}

const CLIENT = 'It binds clients; these suites test issuers.'
const DEPLOYMENT =
  'It binds the deployment; whether addresses are https is looked at by discovery.endpoints.'

export const NOT_APPLICABLE: readonly NotApplicable[] = [
  row('RFC 6749 §1.6, §3.1, §3.2', 'TLS at every endpoint', DEPLOYMENT),
  row(
    'RFC 6749 §2.3.1',
    'Brute force against client secrets is met',
    'It cannot be shown without attacking the issuer; Latchkey wants secrets of 32 bytes.',
  ),
  row(
    'RFC 6749 §4.2',
    'Implicit grant',
    'RFC 9700 §2.1.2 advises against it; security.implicit-refused looks that it is refused.',
  ),
  row(
    'RFC 6749 §4.3',
    'Password grant',
    'RFC 9700 §2.4 forbids it; token.password-grant looks that it is refused.',
  ),
  row('RFC 6749 §4.1.2.1, §10.12', 'What clients check of an authorization response', CLIENT),
  row(
    'RFC 6749 §8',
    'Registering names for extensions',
    'It binds those who write specifications.',
  ),
  row('RFC 6750 §2, §5.3', 'How clients send and keep tokens', CLIENT),
  row(
    'RFC 7009 §2.3',
    'JSONP at the revocation endpoint',
    'An option that Latchkey does not offer.',
  ),
  row(
    'RFC 7517 §4.6 to §4.9',
    'Certificates in keys (x5u, x5c, x5t)',
    'Options that Latchkey does not offer.',
  ),
  row('RFC 7519 §5.2, RFC 7516', 'Encrypted JWTs', 'An option that Latchkey does not offer.'),
  row('RFC 7591 §2.3', 'Software statements', 'An option that Latchkey does not offer.'),
  row('RFC 7636 §4.1, §4.2', 'How clients make verifiers', CLIENT),
  row('RFC 8252', 'How native apps open browsers', CLIENT),
  row('RFC 8414 §2.1', 'Signed metadata', 'An option that Latchkey does not offer.'),
  row(
    'RFC 8414 §3.3',
    'Comparing the issuer of the metadata',
    `${CLIENT} The suites do it themselves: discovery.issuer.`,
  ),
  row('RFC 8628 §3.5', 'How devices poll', CLIENT),
  row(
    'RFC 8693 §2.1',
    'Other token types than access tokens',
    'Options that Latchkey does not offer; exchange.type-unknown looks that they are refused.',
  ),
  row(
    'RFC 8705',
    'Certificates of clients',
    'They are shown by the TLS connection, which ends at a proxy; tested in services/issuer.',
  ),
  row(
    'RFC 9068 §2.1',
    'RS256 is supported for access tokens',
    'No metadata says what they are signed with; tested in services/issuer and packages/verifier.',
  ),
  row(
    'RFC 9068 §4',
    'How services check tokens',
    'It binds services; tested in packages/tokens, packages/verifier and packages/fastify.',
  ),
  row(
    'RFC 9101 §5.2',
    'Request objects by reference',
    'Fetching what a request names is an option that Latchkey does not offer (RFC 9101 §10.4).',
  ),
  row('RFC 9101 §6.1', 'Encrypted request objects', 'An option that Latchkey does not offer.'),
  row('RFC 9207 §2.4', 'Comparing iss', CLIENT),
  row(
    'RFC 9449 §8, §9',
    'Clients obey nonces',
    `${CLIENT} The suites obey them wherever an issuer asks.`,
  ),
  row(
    'RFC 9470 §3',
    'The challenge of a service',
    'It binds services; tested in packages/fastify.',
  ),
  row('RFC 9700 §4.4.2', 'Clients that use several issuers', CLIENT),
  row(
    'RFC 9700 §4.13',
    'What proxies do to headers',
    'It binds the deployment; security.issuer-from-settings looks at what the issuer believes.',
  ),
  row(
    'Core §3.1.3.7, §3.1.3.8',
    'What clients check of an ID token',
    `${CLIENT} The suites do it themselves: id-token.signature.`,
  ),
  row(
    'Core §3.2, §3.3',
    'Implicit and hybrid flow',
    'Dynamic issuers only, and against RFC 9700 §2.1.2.',
  ),
  row(
    'Core §5.6.2',
    'Aggregated and distributed claims',
    'An option that Latchkey does not offer.',
  ),
  row(
    'Core §6.2',
    'request_uri',
    'Dynamic issuers only; jar.request-uri-not-fetched looks that it is refused.',
  ),
  row('Core §7', 'Self-issued providers', 'Another kind of issuer.'),
  row(
    'Core §8.1',
    'sector_identifier_uri',
    'Whoever registers a client names its sector; nothing is fetched.',
  ),
  row('Core §9', 'client_secret_jwt', 'An option that Latchkey does not offer.'),
  row('Core §10.2', 'Encryption', 'An option that Latchkey does not offer.'),
  row('Discovery §2', 'WebFinger', 'An option for clients that do not know the issuer.'),
  row(
    'Session Management 1.0',
    'check_session_iframe',
    'It needs cookies of other sites, which browsers no longer send.',
  ),
  row('Back-Channel §2.6', 'How clients check logout tokens', CLIENT),
  row(
    'Front-Channel §2',
    'The origin of frontchannel_logout_uri',
    'A rule of registration; tested in packages/directory.',
  ),
  row('FAPI 2.0 §5.2', 'TLS versions and ciphers', DEPLOYMENT),
  row(
    'FAPI 2.0 test plan',
    'Modules of the profiles CDR, ConnectID, Brazil, KSA and of grant management',
    'They apply to issuers in those schemes.',
  ),
]
