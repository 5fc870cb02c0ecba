import { Agent, request } from 'node:http'
import { PROVIDER_CLIENT } from './provider-client.ts'

const MOST_SOCKETS = 64

/** Asks the issuer about each token: RFC 7662. Connections are kept. */
export function introspector(endpoint: string): (token: string) => Promise<boolean> {
  const { id, secret } = PROVIDER_CLIENT
  const options = {
    method: 'POST',
    agent: new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS }),
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
  }
  return (token) =>
    new Promise((resolve, reject) => {
      const body = `token=${encodeURIComponent(token)}`
      const asked = request(endpoint, options, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve((JSON.parse(text) as { active: boolean }).active))
      })
      asked.on('error', reject)
      asked.end(body)
    })
}
