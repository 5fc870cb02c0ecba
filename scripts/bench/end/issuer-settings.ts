import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const AUDIENCE = 'http://orders.localhost'
export const CLIENT = 'orders'
export const USERNAME = 'ada'

/** One service with its credentials, and one person to end. Returns the file and the secret. */
export function writeIssuerSettings(dataDir: string, port: number) {
  const secret = randomBytes(32).toString('base64url')
  const settings = {
    issuer: `http://127.0.0.1:${port}`,
    data_dir: dataDir,
    listen: { host: '127.0.0.1', port },
    log: { level: 'error' },
    services: [{ audience: AUDIENCE, name: 'Orders', clients: [CLIENT] }],
    clients: [
      {
        client_id: CLIENT,
        secret,
        grant_types: ['client_credentials'],
        services: [AUDIENCE],
        first_party: true,
      },
    ],
    users: [{ username: USERNAME, password: randomBytes(16).toString('base64url') }],
  }
  const file = join(dataDir, 'latchkey.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  return { file, secret }
}
