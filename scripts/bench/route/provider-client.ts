/** The one client of the oidc-provider that the introspection contender asks. Both run for a minute on loopback. */
export const PROVIDER_CLIENT = {
  id: 'bench',
  secret: 'a-secret-for-a-minute-on-loopback',
} as const
