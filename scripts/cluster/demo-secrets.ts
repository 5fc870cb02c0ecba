import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@latchkey/protocol'
import { DEMO_USERS, type DemoSecrets, type DemoUser } from './demo-cluster.ts'

/** Passwords and secrets of the demo cluster: made at the first start, kept in `<dataDir>/demo.json`, never fixed. */
export function demoSecrets(dataDir: string): DemoSecrets {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'demo.json')
  if (existsSync(file)) return readSecrets(file)
  const secret = () => randomBytes(32).toString('base64url')
  const passwords = Object.fromEntries(
    DEMO_USERS.map(({ username }) => [username, readablePassword()]),
  ) as Record<DemoUser, string>
  const secrets: DemoSecrets = {
    passwords,
    clientSecrets: { orders: secret(), reports: secret(), live: secret() },
    cookieSecrets: { orders: secret(), live: secret() },
    masterKey: secret(),
  }
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  chmodSync(file, 0o600)
  return secrets
}

function readSecrets(file: string): DemoSecrets {
  try {
    const secrets = JSON.parse(readFileSync(file, 'utf8')) as DemoSecrets
    const complete = DEMO_USERS.every(({ username }) => secrets.passwords[username])
    if (complete && secrets.clientSecrets.live && secrets.cookieSecrets.live && secrets.masterKey)
      return secrets
  } catch {
    // Told below, without the content: it may be half a secret.
  }
  throw new InputError('demo-file', {
    where: file,
    received: 'a file that is incomplete or from another version',
    expected: 'the file that npm start wrote: delete the folder to begin anew',
  })
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Twelve characters that cannot be mistaken for each other, in groups: 59 bits, easy to type. */
function readablePassword(): string {
  const group = () => Array.from(randomBytes(4), (byte) => LETTERS[byte % LETTERS.length]).join('')
  return [group(), group(), group()].join('-')
}
