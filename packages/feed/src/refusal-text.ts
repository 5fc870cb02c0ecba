/** RFC 6749 section 5.2: why the issuer refused, in the words of its answer. */
import type { IncomingMessage } from 'node:http'
import { asMatch, asObject } from './shape.ts'

const MOST_BYTES = 4096
/** The characters of section 5.2, so that it can stand in a log. */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,256}$/

/** Calls back once with the description; '' when there is none, or the answer is no such answer. */
export function refusalText(response: IncomingMessage, done: (text: string) => void): void {
  const parts: Buffer[] = []
  let bytes = 0
  let isDone = false
  const finish = (text: string) => {
    if (!isDone) done(text)
    isDone = true
  }
  response.on('data', (part: Buffer) => {
    parts.push(part)
    bytes += part.length
    if (bytes > MOST_BYTES) finish('')
  })
  response.on('end', () => finish(description(Buffer.concat(parts).toString())))
  response.on('close', () => finish(''))
  response.on('error', () => finish(''))
}

function description(text: string): string {
  try {
    return asMatch(asObject(JSON.parse(text))?.['error_description'], DESCRIPTION) ?? ''
  } catch {
    return ''
  }
}
