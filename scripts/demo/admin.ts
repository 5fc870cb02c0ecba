/** What the command line does, over the admin API: with the credentials that the issuer keeps in its data folder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServiceClient } from '@latchkey/service-client'
import { expect } from './story.ts'

export interface Admin {
  subOf(username: string): Promise<string>
  sessionsOf(sub: string): Promise<readonly { readonly sid: string }[]>
  endSession(sid: string): Promise<void>
}

interface Credentials {
  readonly issuer: string
  readonly issuerAddress: string
  readonly clientId: string
  readonly clientSecret: string
}

export function adminOf(dataDir: string): Admin {
  const file = readFileSync(join(dataDir, 'cli.json'), 'utf8')
  const credentials = JSON.parse(file) as Credentials
  const { issuer, issuerAddress } = credentials
  const api = createServiceClient(credentials).as(issuer, { address: issuerAddress })

  async function json<T>(path: string): Promise<T> {
    const answer = await api.fetch(path)
    expect(answer.ok, `GET ${path} was answered ${answer.status}`)
    return (await answer.json()) as T
  }

  return {
    subOf: async (username) => {
      type Users = { users: { sub: string; username: string }[] }
      const { users } = await json<Users>(`/admin/v1/users?search=${username}`)
      const user = users.find((one) => one.username === username)
      expect(user !== undefined, `no user ${username}`)
      return user.sub
    },
    sessionsOf: async (sub) => {
      const { sessions } = await json<{ sessions: { sid: string }[] }>(
        `/admin/v1/users/${sub}/sessions`,
      )
      return sessions
    },
    endSession: async (sid) => {
      const answer = await api.fetch('/admin/v1/ends', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ target: { kind: 'session', sid } }),
      })
      expect(answer.ok, `the end was answered ${answer.status}`)
    },
  }
}
