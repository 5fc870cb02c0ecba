import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { InputError } from '@latchkey/protocol'
import type { Fault } from './faults.ts'
import { readSecretFile } from './secrets.ts'

/** Certificate and key as `node:tls` wants them. Throws InputError when they cannot be used. */
export function readTlsFiles(files: { certFile: string; keyFile: string }): {
  cert: string
  key: string
} {
  const refuse = (at: string, code: string, received: string, expected: string): never => {
    throw new InputError(code, { where: at, received, expected })
  }
  const faults: Fault[] = []
  const found = readSecretFile(files.keyFile, 'tls.key_file', (fault) => faults.push(fault))
  for (const { at, code, received, expected } of faults) refuse(at, code, received, expected)
  const key = found?.kind === 'scalar' ? String(found.value) : ''
  const cert = attempt(
    () => readFileSync(files.certFile, 'utf8'),
    () => refuse('tls.cert_file', 'tls-files', files.certFile, 'a file that can be read'),
  )
  const certificate = attempt(
    () => new X509Certificate(cert),
    () => refuse('tls.cert_file', 'tls-files', files.certFile, 'a certificate in PEM form'),
  )
  const privateKey = attempt(
    () => createPrivateKey(key),
    () => refuse('tls.key_file', 'tls-files', files.keyFile, 'a private key in PEM form'),
  )
  if (!certificate.checkPrivateKey(privateKey)) {
    refuse('tls.key_file', 'tls-files', files.keyFile, 'the private key of the certificate')
  }
  return { cert, key }
}

function attempt<T>(action: () => T, otherwise: () => never): T {
  try {
    return action()
  } catch {
    return otherwise()
  }
}
