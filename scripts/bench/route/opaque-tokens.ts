import { PROVIDER_CLIENT } from './provider-client.ts'

const AT_ONCE = 16

/** Opaque access tokens of the provider, by client credentials (RFC 6749 section 4.4). */
export async function opaqueTokens(origin: string, count: number): Promise<string[]> {
  const { id, secret } = PROVIDER_CLIENT
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
  const tokens: string[] = []
  const lane = async () => {
    while (tokens.length < count) {
      const answer = await fetch(`${origin}/token`, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      if (!answer.ok) throw new Error(`oidc-provider answered ${answer.status}`)
      tokens.push(((await answer.json()) as { access_token: string }).access_token)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return tokens.slice(0, count)
}
