import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_USERS, type DemoSecrets, type DemoUser } from './demo-cluster.ts'

/** Passwords and secrets of the demo cluster: made at the first start, kept in `<dataDir>/demo.json`, never fixed. */
export function demoSecrets(dataDir: string): DemoSecrets {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = join(dataDir, 'demo.json')
  if (existsSync(file)) return readSecrets(file)
  const secrets = newSecrets()
  // Whole or not at all: whoever interrupts the first start finds no half file at the next.
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  return secrets
}

function newSecrets(): DemoSecrets {
  const secret = () => randomBytes(32).toString('base64url')
  return {
    passwords: Object.fromEntries(
      DEMO_USERS.map(({ username }) => [username, readablePassword()]),
    ) as Record<DemoUser, string>,
    clientSecrets: { orders: secret(), reports: secret(), live: secret() },
    cookieSecrets: { orders: secret(), live: secret() },
    masterKey: secret(),
  }
}

function readSecrets(file: string): DemoSecrets {
  try {
    const secrets: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (hasTexts(secrets, newSecrets())) return secrets as DemoSecrets
  } catch {
    // Told below, without the content: it may be half a secret.
  }
  throw new Error(`Not the demo.json of this version. Delete its folder to begin anew:\n${file}`)
}

/** Whether every text of the pattern has its counterpart. */
function hasTexts(value: unknown, pattern: object): boolean {
  return Object.entries(pattern).every(([name, part]) => {
    const found = (value as Record<string, unknown> | null)?.[name]
    if (typeof part === 'object') return hasTexts(found, part)
    return typeof found === 'string' && found !== ''
  })
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Twelve characters that cannot be mistaken for each other, in groups: 59 bits, easy to type. */
function readablePassword(): string {
  const group = () => Array.from(randomBytes(4), (byte) => LETTERS[byte % LETTERS.length]).join('')
  return [group(), group(), group()].join('-')
}
