import { changeRecord } from '../change-record.ts'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { changedGrants, grantsOf } from '../grants.ts'
import { issuerApi } from '../issuer-api.ts'
import { USERS, USERS_FAULTS, USERS_HELP } from '../messages/users.ts'
import {
  emailOption,
  externalIdOption,
  grantOption,
  nameOption,
  removeGrantOption,
} from '../options.ts'
import type { Row } from '../pages.ts'
import { printable } from '../text-width.ts'

export const usersSet = command({
  name: 'users set',
  help: USERS_HELP.set,
  arguments: ['USER'],
  options: {
    username: { value: 'NAME', text: { en: 'new user name', zh: '新的用户名' } },
    name: nameOption,
    email: emailOption,
    verified: {
      value: 'YES|NO',
      choices: ['yes', 'no'],
      text: { en: 'whether the e-mail address is known to be theirs', zh: '电子邮件是否已验证' },
    },
    locale: { value: 'TAG', text: { en: 'language, such as zh-CN', zh: '语言，例如 zh-CN' } },
    'external-id': externalIdOption,
    attribute: {
      value: 'NAME=VALUE',
      many: true,
      text: {
        en: 'custom attribute; NAME= takes it away; several times for several',
        zh: '自定义属性；名称= 表示去掉；可多次指定',
      },
    },
    grant: grantOption,
    'remove-grant': removeGrantOption,
  },
  examples: [
    'latchkey users set ada --email ada@example.com --verified yes',
    'latchkey users set ada --grant "https://orders.example GET /orders/*"',
    'latchkey users set ada --attribute cost_center=4711 --attribute badge=',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const { username, name, email, verified, locale, attribute, grant } = options
    const removed = options['remove-grant']
    const texts = { name, email, locale, external_id: options['external-id'] }
    const patch = {
      ...(username !== undefined && { username }),
      ...(verified !== undefined && { email_verified: verified === 'yes' }),
      ...given(texts),
      ...(attribute.length > 0 && { attributes: readAttributes(attribute) }),
    }
    const hasGrants = grant.length + removed.length > 0
    if (Object.keys(patch).length === 0 && !hasGrants) {
      const params = { command: 'users set', example: '--name "Ada Lovelace"' }
      throw new CliError(USERS_FAULTS.nothingToSet, params)
    }
    const api = issuerApi(requireTarget(context), context)
    const user = await findUser(api, context.arguments[0], context)
    const change = (before: Row) => {
      if (!hasGrants) return patch
      const grants = changedGrants(grantsOf(before['grants']), { add: grant, remove: removed })
      return { ...patch, grants }
    }
    const changed = await changeRecord(api, `/admin/v1/users/${user.sub}`, change)
    if (common.json) return printJson(changed)
    print(printable(say(USERS.changed, { user: user.username })))
  },
})

/** RFC 7396: null takes a member away. */
export function given(texts: Readonly<Record<string, string | undefined>>): Row {
  const present = Object.entries(texts).filter(([, text]) => text !== undefined)
  return Object.fromEntries(present.map(([name, text]) => [name, text === '' ? null : text]))
}

/** Numbers, true, false and lists as JSON; anything else is text. */
function readAttributes(lines: readonly string[]): Row {
  const pairs = lines.map((line) => {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(line) ?? []
    if (name === undefined) throw new CliError(USERS_FAULTS.notAnAttribute, { received: line })
    return [name, value === '' ? null : readValue(value)]
  })
  return Object.fromEntries(pairs)
}

function readValue(text: string): unknown {
  if (!/^(?:-?\d|true$|false$|\[|")/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
