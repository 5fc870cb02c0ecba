/** What `clients add` and `clients set` are told, in the names of the admin API. */
import { CliError } from './cli-error.ts'
import type { Options } from './command.ts'
import { CLIENTS_FAULTS } from './messages/clients.ts'

export const CLIENT_OPTIONS = {
  name: { value: 'TEXT', text: { en: 'shown to people', zh: '向用户显示的名称' } },
  auth: {
    value: 'METHOD',
    choices: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'tls_client_auth',
      'none',
    ],
    text: { en: 'how it proves who it is', zh: '如何证明身份' },
  },
  'grant-type': {
    value: 'TYPE',
    many: true,
    text: {
      en: 'what it may ask for at the token endpoint; may be given several times',
      zh: '可在令牌端点请求的类型，可多次指定',
    },
  },
  'redirect-uri': {
    value: 'URI',
    many: true,
    text: {
      en: 'where codes may be sent; may be given several times',
      zh: '授权码可发往的地址，可多次指定',
    },
  },
  service: {
    value: 'AUDIENCE',
    many: true,
    text: {
      en: 'service that it may ask tokens for; may be given several times',
      zh: '可为其请求令牌的服务，可多次指定',
    },
  },
  grant: {
    value: 'GRANT',
    many: true,
    text: {
      en: 'right of its own tokens: "https://orders.example GET /orders"; may be given several times',
      zh: '自身令牌的权限："https://orders.example GET /orders"，可多次指定',
    },
  },
  set: {
    value: 'NAME=VALUE',
    many: true,
    text: {
      en: 'any other member; a value that is JSON is read as JSON, null takes it back to its default',
      zh: '任何其他成员；值为 JSON 时按 JSON 读取，null 恢复默认值',
    },
  },
} as const satisfies Options

export interface ClientOptions {
  readonly name: string | undefined
  readonly auth: string | undefined
  readonly 'grant-type': readonly string[]
  readonly 'redirect-uri': readonly string[]
  readonly service: readonly string[]
  readonly set: readonly string[]
}

/** Only what was given. */
export function clientMembers(options: ClientOptions): Record<string, unknown> {
  const list = (name: string, values: readonly string[]) =>
    values.length === 0 ? {} : { [name]: values }
  return {
    ...(options.name !== undefined && { client_name: options.name }),
    ...(options.auth !== undefined && { token_endpoint_auth_method: options.auth }),
    ...list('grant_types', options['grant-type']),
    ...list('redirect_uris', options['redirect-uri']),
    ...list('services', options.service),
    ...Object.fromEntries(options.set.map(member)),
  }
}

function member(text: string): [name: string, value: unknown] {
  const [, name, value] = /^([a-z_]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new CliError(CLIENTS_FAULTS.notAMember, { received: text })
  }
  try {
    return [name, JSON.parse(value)]
  } catch {
    return [name, value]
  }
}
