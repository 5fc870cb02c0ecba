/** The parts that are used of packages that come without types. */

declare module 'jsonwebtoken' {
  import type { KeyObject } from 'node:crypto'

  const jsonwebtoken: {
    verify(
      token: string,
      key: KeyObject,
      options: { algorithms: readonly string[]; issuer: string; audience: string },
    ): unknown
  }
  export default jsonwebtoken
}

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export default class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Readonly<Record<string, unknown>>,
    ): Promise<void>
  }
}
