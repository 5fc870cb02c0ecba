/** Requests of clients to the endpoints for programs: RFC 6749 sections 2.3 and 3.2. */
import { FORM_TYPE } from '../http/browser.ts'
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { ClientSettings } from '../settings/settings.ts'
import { clientAssertion } from './client-assertion.ts'

export type Form = Readonly<Record<string, string | readonly string[] | undefined>>

/** What proves who the client is: form fields and headers. */
export interface Credentials {
  readonly form: Form
  readonly headers: Readonly<Record<string, string>>
}

export interface ClientRequestOptions {
  /** Instead of what the client is registered for. */
  readonly credentials?: Credentials
  readonly headers?: Readonly<Record<string, string>>
}

/** Posts a form to an endpoint, with the credentials of the client. */
export async function clientRequest(
  issuer: Issuer,
  endpoint: string,
  client: ClientSettings,
  form: Form,
  options: ClientRequestOptions = {},
): Promise<Answer> {
  const credentials = options.credentials ?? (await credentialsOf(client, issuer))
  return await issuer.send({
    method: 'POST',
    url: endpoint.startsWith('http') ? endpoint : issuer.endpoint(endpoint),
    headers: {
      'content-type': FORM_TYPE,
      accept: 'application/json',
      ...credentials.headers,
      ...options.headers,
    },
    body: encodeForm({ ...form, ...credentials.form }),
  })
}

async function credentialsOf(client: ClientSettings, issuer: Issuer): Promise<Credentials> {
  switch (client.authMethod) {
    case 'client_secret_basic':
      return basicCredentials(client.id, client.secret ?? '')
    case 'client_secret_post':
      return { form: { client_id: client.id, client_secret: client.secret ?? '' }, headers: {} }
    case 'private_key_jwt':
      return { form: await clientAssertion(client, issuer), headers: {} }
    case 'none':
      return { form: { client_id: client.id }, headers: {} }
  }
}

/** RFC 6749 section 2.3.1: each half is form-urlencoded before they are joined. */
export function basicCredentials(id: string, secret: string): Credentials {
  const pair = `${formEncode(id)}:${formEncode(secret)}`
  return { form: {}, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1)
}

/** Lists become repeated parameters; undefined is left out. */
export function encodeForm(form: Form): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(form)) {
    for (const one of [value ?? []].flat()) parameters.append(name, one)
  }
  return parameters.toString()
}
