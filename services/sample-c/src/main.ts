/** Live as a program: settings from the environment, which `npm start` sets. */
import process from 'node:process'
import { buildLive } from './app.ts'

function setting(name: string): string {
  const value = process.env[name]
  if (value) return value
  process.stderr.write(`the environment variable ${name} is missing\n`)
  process.exit(1)
}

const app = await buildLive({
  issuer: setting('LATCHKEY_ISSUER'),
  issuerAddress: setting('LATCHKEY_ISSUER_ADDRESS'),
  baseUrl: setting('BASE_URL'),
  clientId: setting('CLIENT_ID'),
  clientSecret: setting('CLIENT_SECRET'),
  cookieSecret: setting('COOKIE_SECRET'),
  orders: { url: setting('ORDERS_URL') },
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void app.close())
}
await app.listen({ host: '127.0.0.1', port: Number(setting('PORT')) })
process.send?.('ready')
