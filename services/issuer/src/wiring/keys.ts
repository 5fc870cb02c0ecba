import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import { deriveKey } from '@latchkey/tokens'
import { probePasses } from '../doctor/probe-pass.ts'
import { serviceKeys } from '../keys/service-keys.ts'
import { loadSigningKeys } from '../keys/signing-keys.ts'
import { clientSigning } from '../minting/client-signing.ts'
import { subjects } from '../minting/subject.ts'
import type { Settings } from '../settings/settings.ts'

export interface KeysDeps {
  readonly settings: Pick<Settings, 'issuer' | 'masterKey' | 'session'>
  readonly directory: Pick<Directory, 'keys' | 'clientSecrets'>
  readonly clock: Clock
  readonly random: Random
}

/** The master secret and what is derived from it; each purpose has a label of its own. */
export async function wireKeys({ settings, directory, clock, random }: KeysDeps) {
  const { issuer, masterKey } = settings
  const ring = await loadSigningKeys({
    issuer,
    stored: directory.keys,
    wrappingKey: deriveKey(masterKey, 'latchkey/key-wrapping/v1'),
    hintSeconds: settings.session.absoluteSeconds,
    clock,
    random,
  })
  return {
    ring,
    services: serviceKeys({ issuer, master: masterKey, ring }),
    refreshMac: deriveKey(masterKey, 'latchkey/refresh-token/v1'),
    csrfMac: deriveKey(masterKey, 'latchkey/csrf/v1'),
    passwordStepMac: deriveKey(masterKey, 'latchkey/password-step/v1'),
    newPasswordMac: deriveKey(masterKey, 'latchkey/new-password/v1'),
    codeSecretKey: deriveKey(masterKey, 'latchkey/one-time-code/v1'),
    stepMac: deriveKey(masterKey, 'latchkey/step/v1'),
    signedOutMac: deriveKey(masterKey, 'latchkey/signed-out/v1'),
    dpopNonceMac: deriveKey(masterKey, 'latchkey/dpop-nonce/v1'),
    cursorMac: deriveKey(masterKey, 'latchkey/admin-cursor/v1'),
    planKey: deriveKey(masterKey, 'latchkey/cluster-plan/v1'),
    idempotencyKey: deriveKey(masterKey, 'latchkey/idempotency/v1'),
    probePasses: probePasses({ macKey: deriveKey(masterKey, 'latchkey/probe/v1'), clock }),
    signing: clientSigning({ issuer, keys: ring, clientSecrets: directory.clientSecrets }),
    subjectFor: subjects(deriveKey(masterKey, 'latchkey/pairwise/v1')),
  }
}

export type Keys = Awaited<ReturnType<typeof wireKeys>>
