import type { JWK } from 'jose'
import { CLIENT_ROLES, type ClientRole } from './client-roles.ts'
import { type Fields, fieldReader, SettingsFault } from './field-reader.ts'
import type { AuthMethod, ClientSettings, PageNames, Person, Settings } from './settings.ts'

const AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'none',
] as const
const DEFAULT_CODE_SECONDS = 60

/**
 * Reads the settings file. Every fault is collected, with its path in the file.
 * @throws {SettingsFault} when anything is missing, of the wrong kind or unknown.
 */
export function readSettings(text: string): Settings {
  const faults: string[] = []
  const root = fieldReader(parse(text), '', faults)
  const issuer = root.url('issuer') ?? ''
  const settings: Settings = {
    issuer,
    ...root.given('issuerAddress', root.optional.url('issuer_address')),
    user: person(root.group('user')),
    ...root.given('otherUser', root.map('other_user', person)),
    clients: clients(root.group('clients')),
    pages: pages(root.group('pages', {})),
    codeSeconds: root.optional.integer('code_seconds') ?? DEFAULT_CODE_SECONDS,
    ...root.given('pushedRequestSeconds', root.optional.integer('pushed_request_seconds')),
    ...root.given('listen', listen(root)),
    ...root.given('resources', root.optional.strings('resources')),
    ...root.given('authorizationDetails', root.optional.objects('authorization_details')),
    ...root.given('exchange', root.map('exchange', exchange)),
    ...root.given('initialAccessToken', root.optional.string('initial_access_token')),
    ...root.given('protectedResource', root.map('protected_resource', protectedResource)),
    ...root.given('acr', root.optional.strings('acr')),
  }
  root.refuseUnknown()
  if (faults.length > 0) throw new SettingsFault(faults)
  return settings
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SettingsFault([`no JSON: ${(cause as Error).message}`])
  }
}

function person(fields: Fields): Person {
  const read = {
    username: fields.string('username') ?? '',
    password: fields.string('password') ?? '',
  }
  fields.refuseUnknown()
  return read
}

function clients(group: Fields): Settings['clients'] {
  const roles = Object.keys(CLIENT_ROLES) as ClientRole[]
  const read = roles.flatMap((role) => {
    const one = group.map(role, client)
    return one === undefined ? [] : [[role, one] as const]
  })
  group.refuseUnknown()
  return Object.fromEntries(read)
}

function client(fields: Fields): ClientSettings {
  const method = fields.optional.choice('token_endpoint_auth_method', AUTH_METHODS)
  const authMethod: AuthMethod = method ?? 'client_secret_basic'
  const isSecret = authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'
  const secret = isSecret ? fields.string('client_secret') : fields.optional.string('client_secret')
  const keys = fields.map('jwks', keySet)
  if (authMethod === 'private_key_jwt' && keys === undefined) fields.fault('jwks', 'private keys')
  const read: ClientSettings = {
    id: fields.string('client_id') ?? '',
    authMethod,
    redirectUri: fields.optional.string('redirect_uri') ?? '',
    scope: fields.optional.string('scope') ?? 'openid',
    ...fields.given('secret', secret),
    ...fields.given('keys', keys),
    ...fields.given('postLogoutRedirectUri', fields.optional.string('post_logout_redirect_uri')),
    ...fields.given('backchannelLogoutUri', fields.optional.url('backchannel_logout_uri')),
    ...fields.given('frontchannelLogoutUri', fields.optional.url('frontchannel_logout_uri')),
  }
  fields.refuseUnknown()
  return read
}

function keySet(fields: Fields): JWK[] {
  const keys = (fields.optional.objects('keys') ?? []) as JWK[]
  const isUsable =
    keys.length > 0 && keys.every(({ d, alg }) => d !== undefined && alg !== undefined)
  if (!isUsable) fields.fault('keys', 'private keys, each with its `alg`')
  fields.refuseUnknown()
  return keys
}

function pages(fields: Fields): PageNames {
  const name = (group: Fields, key: string, fallback: string) =>
    group.optional.string(key) ?? fallback
  const part = (key: string) => fields.group(key, {})
  const [signIn, consent, signOut, device] = [
    part('sign_in'),
    part('consent'),
    part('sign_out'),
    part('device'),
  ]
  const read: PageNames = {
    signIn: {
      username: name(signIn, 'username', 'username'),
      password: name(signIn, 'password', 'password'),
    },
    consent: {
      allow: name(consent, 'allow', 'decision=allow'),
      deny: name(consent, 'deny', 'decision=deny'),
    },
    signOut: { confirm: name(signOut, 'confirm', 'sign-out') },
    device: {
      userCode: name(device, 'user_code', 'user_code'),
      allow: name(device, 'allow', 'decision=allow'),
      deny: name(device, 'deny', 'decision=deny'),
    },
  }
  for (const group of [signIn, consent, signOut, device, fields]) group.refuseUnknown()
  return read
}

function listen(root: Fields): Settings['listen'] {
  const text = root.optional.string('listen')
  if (text === undefined) return undefined
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? []
  if (host === '') root.fault('listen', 'HOST:PORT')
  return { host, port: Number(port) }
}

function exchange(fields: Fields): Settings['exchange'] & object {
  const roles = Object.keys(CLIENT_ROLES) as ClientRole[]
  const read = {
    subject: fields.optional.choice('subject', roles) ?? 'basic',
    ...fields.given('subjectResource', fields.optional.string('subject_resource')),
    ...fields.given('resource', fields.optional.string('resource')),
  }
  fields.refuseUnknown()
  return read
}

function protectedResource(fields: Fields): Settings['protectedResource'] & object {
  const read = {
    resource: fields.url('resource') ?? '',
    url: fields.url('url') ?? '',
    ...fields.given('address', fields.optional.url('address')),
  }
  fields.refuseUnknown()
  return read
}
