import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { checkKeyRecord } from './check-key-record.ts'
import type { AsymmetricAlg, KeyLifeState, SigningKeyRecord } from './key-record.ts'

export interface SigningKeyFacts {
  /** `[A-Za-z0-9._-]{1,64}`, unique in the deployment. */
  readonly kid: string
  readonly issuer: string
  /** Left out: for ID tokens and logout tokens, whose audience is the client. */
  readonly audience?: string
  /** Default `active`. */
  readonly state?: KeyLifeState
}

interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const generate = promisify(generateKeyPair)

const generateRsa = () => generate('rsa', { modulusLength: 2048 })

const GENERATORS: Record<AsymmetricAlg, () => Promise<KeyPair>> = {
  RS256: generateRsa,
  PS256: generateRsa,
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generate('ed25519'),
}

/**
 * Makes a key pair, off the main thread: RSA takes a good part of a second.
 * @throws InputError `key-kid`
 */
export async function generateSigningKey(
  alg: AsymmetricAlg,
  facts: SigningKeyFacts,
): Promise<SigningKeyRecord> {
  const { kid, issuer, audience, state = 'active' } = facts
  const { publicKey: key, privateKey: signingKey } = await GENERATORS[alg]()
  const record: SigningKeyRecord = { kid, alg, issuer, audience, state, key, signingKey }
  checkKeyRecord(record)
  return record
}
