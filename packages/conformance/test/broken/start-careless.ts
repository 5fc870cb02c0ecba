import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** An issuer that believes and repeats whatever it is given, with metadata that leaves out what must be said. */
export async function startCareless(port: number): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => answer(request, response, port))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function answer(request: IncomingMessage, response: ServerResponse, port: number): void {
  const url = request.url ?? ''
  const host = request.headers['x-forwarded-host'] ?? request.headers.host
  if (url.includes('.well-known')) {
    response.writeHead(200, { 'content-type': 'application/json' })
    return void response.end(JSON.stringify(metadata(`http://127.0.0.1:${port}`, String(host))))
  }
  const query = new URL(url, 'http://x').searchParams
  if (query.get('client_id') === 'x\r\nevil: yes') response.setHeader('evil', 'yes')
  const target = query.get('redirect_uri')
  const state = encodeURIComponent(query.get('state') ?? '')
  if (target !== null && query.get('response_type') !== 'code') {
    const fragment = `access_token=x&state=${state}`
    return void response.writeHead(302, { location: encodeURI(`${target}#${fragment}`) }).end()
  }
  if (target !== null) {
    response.setHeader('set-cookie', 'session=1')
    const location = `${encodeURI(target)}?code=x&state=${state}`
    return void response.writeHead(302, { location }).end()
  }
  response.writeHead(200, { 'content-type': 'text/html' })
  response.end([...query.values()].join(' '))
}

function metadata(issuer: string, host: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    end_session_endpoint: 'http://sso.example/logout',
    service_documentation: `http://${host}/`,
    response_types_supported: ['code'],
    backchannel_logout_supported: true,
  }
}
