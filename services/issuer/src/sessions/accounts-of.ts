import type { Users } from '@latchkey/directory'
import type { BrowserSession } from './browser-sessions.ts'

/** A person who is signed in in this browser. */
export interface BrowserAccount {
  readonly sid: string
  readonly sub: string
  readonly username: string
  readonly name: string
  readonly hasOneTimeCode: boolean
}

/** Whose sessions these are, in their order. */
export async function accountsOf(
  sessions: readonly Pick<BrowserSession, 'session'>[],
  deps: { readonly users: Pick<Users, 'find'> },
): Promise<readonly BrowserAccount[]> {
  const accounts = await Promise.all(
    sessions.map(async ({ session: { sid, sub } }) => {
      const user = await deps.users.find(sub)
      if (!user) return []
      const { username, name, hasOneTimeCode } = user
      return [{ sid, sub, username, name, hasOneTimeCode }]
    }),
  )
  return accounts.flat()
}
