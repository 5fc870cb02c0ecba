import type { SignInForm } from '../sign-in/errand.ts'
import type { AskedRequest } from './read-request.ts'

/** How the sign-in page carries the request of an app: its query goes through the form and is checked again in full. */
export function appForm({
  client,
  redirectUri,
  query,
}: Pick<AskedRequest, 'client' | 'redirectUri' | 'query'>): SignInForm {
  return { fields: { request: query }, client: { name: client.name, redirectUri } }
}
