/** A key that proves possession (RFC 9449), kept in a file so that later requests can prove it, too. */
import type { webcrypto } from 'node:crypto'
import type { JWK } from 'jose'
import { CliError } from '../cli-error.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { readPrivateFile, writePrivateFile } from '../private-file.ts'

const ALG = 'ES256'

/** From a file with a private JWK (P-256), which is made when there is none. Throws CliError. */
export async function dpopKey(file: string): Promise<webcrypto.CryptoKeyPair> {
  const text = readPrivateFile(file)
  if (text !== undefined) return await readKey(file, text)
  const { exportJWK, generateKeyPair } = await import('jose')
  const pair = await generateKeyPair(ALG, { extractable: true })
  writePrivateFile(file, `${JSON.stringify(await exportJWK(pair.privateKey), null, 2)}\n`)
  return pair
}

async function readKey(file: string, text: string): Promise<webcrypto.CryptoKeyPair> {
  const { importJWK } = await import('jose')
  try {
    const jwk = JSON.parse(text) as JWK
    const { d: _, ...open } = jwk
    const options = { extractable: true }
    const [privateKey, publicKey] = await Promise.all([
      importJWK(jwk, ALG, options),
      importJWK(open, ALG, options),
    ])
    if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) throw new Error('oct')
    if (privateKey.type === 'private') return { privateKey, publicKey }
  } catch {
    // Told below without the cause, which may quote the key.
  }
  throw new CliError(OIDC_FAULTS.notAKey, { file })
}
