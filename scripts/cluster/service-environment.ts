import type { DemoAddresses, DemoSecrets } from './demo-cluster.ts'

export type ServiceName = 'orders' | 'reports' | 'live'

/** What a service of the demo cluster is told, as environment variables: see its `main.ts`. */
export function serviceEnvironment(
  name: ServiceName,
  { addresses, secrets }: { readonly addresses: DemoAddresses; readonly secrets: DemoSecrets },
): NodeJS.ProcessEnv {
  const { at, ports } = addresses
  return {
    LATCHKEY_ISSUER: addresses.issuer,
    LATCHKEY_ISSUER_ADDRESS: at.issuer,
    BASE_URL: addresses[name],
    PORT: String(ports[name]),
    CLIENT_ID: name,
    CLIENT_SECRET: secrets.clientSecrets[name],
    COOKIE_SECRET: name === 'reports' ? undefined : secrets.cookieSecrets[name],
    ORDERS_URL: addresses.orders,
    ORDERS_ADDRESS: at.orders,
    REPORTS_URL: addresses.reports,
    REPORTS_ADDRESS: at.reports,
    LIVE_URL: addresses.live,
    LIVE_ADDRESS: at.live,
  }
}
