import { createHash } from 'node:crypto'
import type { NewClient } from '@latchkey/directory'
import { sameText } from '../keys/same-text.ts'
import type { readMetadata } from './read-metadata.ts'

/** How a registration access token and an initial one are kept. Both are 256 random bits, so a fast hash is enough. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

export function isToken(token: string, storedHash: string): boolean {
  return sameText(tokenHash(token), storedHash)
}

/**
 * A client that has registered itself, with what the operator grants to all of them, and nothing that only the operator can
 * vouch for. An update comes through here as well, so it never keeps more than a registration could get.
 */
export function selfRegistered(
  metadata: ReturnType<typeof readMetadata>,
  services: readonly string[],
): Omit<NewClient, 'id'> {
  return {
    ...metadata,
    // People would be known by the same name to all who have a token for the service.
    services: metadata.subjectType === 'pairwise' ? [] : services,
    requirePkce: true,
    firstParty: false,
    tokenApi: false,
    mayImpersonate: false,
    signals: false,
    grants: [],
    corsOrigins: [],
  }
}

/** Whether the method of authentication needs a secret. */
export function needsSecret({ authMethod }: Pick<NewClient, 'authMethod'>): boolean {
  return authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'
}
