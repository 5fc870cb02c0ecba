import type { ClientSecret, ClientSecrets } from '@latchkey/directory'

/**
 * So that an administrator sees which secret nobody uses any more. Nobody waits for it, and no request fails because of it: the
 * next use tells as well.
 */
export function noteUse(used: ClientSecret, secrets: Pick<ClientSecrets, 'noteUse'>): void {
  void secrets.noteUse(used).catch(() => {})
}
