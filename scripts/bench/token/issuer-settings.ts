import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AUDIENCE, CALLBACK, CLIENT, GRANTS, PASSWORD, PEOPLE } from './bench-op.ts'

/** One for all starts of a run: the data folder is sealed with it. */
const MASTER_KEY = randomBytes(32).toString('base64url')

/** The settings file of the issuer, and the environment that goes with it. */
export function issuerSettings(dataDir: string, port: number, redisUrl: string) {
  const settings = {
    issuer: `http://127.0.0.1:${port}`,
    data_dir: dataDir,
    listen: { host: '127.0.0.1', port },
    log: { level: 'silent' },
    services: [{ audience: AUDIENCE, clients: [CLIENT.id] }],
    roles: [{ name: 'reader', grants: { [AUDIENCE]: GRANTS } }],
    clients: [
      {
        client_id: CLIENT.id,
        secret: CLIENT.secret,
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        services: [AUDIENCE],
        first_party: true,
        id_token_signed_response_alg: 'HS256',
        grants: { [AUDIENCE]: GRANTS },
      },
    ],
    users: PEOPLE.map((username) => ({ username, password: PASSWORD, roles: ['reader'] })),
  }
  const file = join(dataDir, 'latchkey.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  const env = {
    LATCHKEY_REDIS_URL: redisUrl,
    LATCHKEY_MASTER_KEY: MASTER_KEY,
  }
  return { file, env }
}
