/** OpenID Foundation, Basic OP: client_secret_post. */
import { basic } from '../module.ts'

export const oidccServerClientSecretPost = basic('oidcc-server-client-secret-post', 'client.post')
