import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** An initial access token, made as an administrator makes one: with the credentials in the data folder, by the admin API. */
export async function registrationToken(issuer: string, dataDir: string): Promise<string> {
  const { clientId, clientSecret } = JSON.parse(readFileSync(join(dataDir, 'cli.json'), 'utf8'))
  const granted = await posted(`${issuer}/token`, {
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const made = await posted(`${issuer}/admin/v1/registration-tokens`, {
    headers: {
      authorization: `Bearer ${granted['access_token']}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ note: 'conformance', uses: 1000 }),
  })
  return String(made['token'])
}

async function posted(url: string, init: RequestInit): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { method: 'POST', ...init })
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Record<string, unknown>
}
