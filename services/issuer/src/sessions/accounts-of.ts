import type { Users } from '@latchkey/directory'
import type { BrowserSession } from './browser-sessions.ts'

/** A person who is signed in in this browser. */
export interface BrowserAccount {
  readonly sid: string
  readonly sub: string
  readonly username: string
  readonly name: string
}

/** Whose sessions these are, in their order. */
export async function accountsOf(
  sessions: readonly Pick<BrowserSession, 'session'>[],
  deps: { readonly users: Pick<Users, 'find'> },
): Promise<readonly BrowserAccount[]> {
  const accounts = await Promise.all(
    sessions.map(async ({ session: { sid, sub } }) => {
      const user = await deps.users.find(sub)
      return user ? [{ sid, sub, username: user.username, name: user.name }] : []
    }),
  )
  return accounts.flat()
}
