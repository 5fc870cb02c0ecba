import { InputError } from '@latchkey/protocol'
import { STORE_LIMITS } from './store-limits.ts'

/** Throws InputError `document-size`. */
export function checkDocument(text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= STORE_LIMITS.documentBytes) return
  throw new InputError('document-size', {
    received: `${bytes} bytes`,
    expected: `at most ${STORE_LIMITS.documentBytes} bytes`,
  })
}
