import { isCode } from './imports.ts'
import type { Repository } from './repository.ts'

/** Where a stable code is written down. Group 1 is the code; of the last two a list of codes. */
const ONE = [
  /\b(?:InputError|ServiceClientError)\(\s*'([a-z][a-z0-9_-]*)'/g,
  /\brefuse\((?:'[^'\n]*', )?'([a-z]+(?:-[a-z]+)+)'/g,
  // Kinds of settings, whose shape comes first; refusals of the hook.
  /\bscalarKind\(\s*(?:`[^`]*`|'[^'\n]*'|\w+),\s*'([a-z]+(?:-[a-z]+)+)'/g,
  /\brefusal\('([a-z]+(?:-[a-z]+)+)'/g,
  /\b(?:code|error): '([a-z][a-z0-9]*(?:[-_][a-z0-9]+)*)'/g,
  // Rules for the addresses of a client.
  /\b\w+Uri: '([a-z]+-uri)'/g,
  // Messages of the command line that are no faults of their own.
  /\bwrite\(\s*'([a-z][a-z-]*)'/g,
  // WebSocket close codes that are ours to define: RFC 6455 section 7.4.2.
  /\b(?:code: |CODE = )(4\d{3})\b/g,
]
const MANY = [
  // type GrantErrorCode = | 'grant-form' | …
  /\btype \w*ErrorCode =((?:\s*\|?\s*'[a-z][a-z0-9_-]*')+)/g,
  // OAUTH_ERRORS and PROBLEMS: names with their status.
  /\bexport const [A-Z_]*(?:ERRORS|PROBLEMS)(?:: [^=]+)? = \{\n((?: {2}'?[a-z][a-z0-9_-]*'?: \{\s+status[\s\S]*?)+)\n\}/g,
]

/** Code of this repository that users never meet, or that speaks for others. */
const SILENT = /^(?:packages\/(?:simulation|conformance|testkit)|services\/sample-[abc])\//

/** Every stable code of the product, with the first place in the sources that says it. */
export function errorCodes({
  files,
  read,
}: Pick<Repository, 'files' | 'read'>): Map<string, string> {
  const codes = new Map<string, string>()
  const sources = files.filter(
    (file) =>
      /^(?:packages|services)\/[^/]+\/src\//.test(file) && isCode(file) && !SILENT.test(file),
  )
  for (const file of sources) {
    for (const code of codesIn(read(file))) if (!codes.has(code)) codes.set(code, file)
  }
  return codes
}

export function codesIn(text: string): string[] {
  const single = ONE.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code))
  const listed = MANY.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap(([, list = '']) =>
      [...list.matchAll(/'([a-z][a-z0-9_-]*)'(?!\s*\})|^ {2}([a-z_]+): \{/gm)].map(
        ([, quoted, bare]) => quoted ?? bare ?? '',
      ),
    ),
  )
  return [...single, ...listed]
}
