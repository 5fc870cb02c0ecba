import { relative, resolve } from 'node:path'
import { systemRandom } from '@latchkey/protocol'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { firstSettings } from '../init/first-settings.ts'
import { ignoreInGit, writeNew } from '../init/write-new.ts'
import { INIT, INIT_FAULTS, INIT_HELP } from '../messages/init.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { passwordStdinOption } from '../options.ts'
import { readPasswordLine } from '../read-password.ts'
import { definition } from '../text-width.ts'

const DEFAULT_ISSUER = 'http://sso.localhost:4000'
const DEFAULT_PORT = 4000
/** As the directory takes them at least. */
const PASSWORD_CHARS = 8

export const init = command({
  name: 'init',
  help: INIT_HELP.run,
  arguments: ['[DIR]'],
  options: {
    issuer: {
      value: 'URL',
      text: {
        en: `public address (default: ${DEFAULT_ISSUER})`,
        zh: `公开地址（默认：${DEFAULT_ISSUER}）`,
      },
    },
    admin: {
      value: 'NAME',
      text: {
        en: 'user name of the administrator (default: admin)',
        zh: '管理员的用户名（默认：admin）',
      },
    },
    'password-stdin': passwordStdinOption,
  },
  examples: ['latchkey init', 'latchkey init sso --issuer https://sso.example.com --admin ada'],
  run: async (context) => {
    const { common, options, terminal, printJson } = context
    const folder = resolve(terminal.cwd, context.arguments[0] ?? '.')
    const issuer = readIssuer(options.issuer ?? DEFAULT_ISSUER)
    const admin = options.admin ?? 'admin'
    if (!/^[\w.@-]{1,64}$/.test(admin))
      throw new CliError(INIT_FAULTS.badAdmin, { received: admin })
    const given = options['password-stdin'] ? await readGiven(context) : undefined
    const password = given ?? newPassword()
    // Both are large, and no other command here needs them.
    const [{ HASHING_COST, hashText }, { settingsSchemaText }] = await Promise.all([
      import('@latchkey/directory'),
      import('@latchkey/issuer'),
    ])
    const passwordHash = await hashText(password, HASHING_COST, systemRandom)
    const port = Number(new URL(issuer).port) || DEFAULT_PORT
    const secret = `${systemRandom.bytes(32).toString('base64url')}\n`
    const files = [
      {
        name: 'latchkey.yaml',
        text: firstSettings({ issuer, port, admin, passwordHash }),
        isSecret: false,
      },
      { name: 'latchkey.schema.json', text: settingsSchemaText(), isSecret: false },
      { name: 'secrets/app.secret', text: secret, isSecret: true },
    ]
    writeNew(folder, files)
    ignoreInGit(folder, ['.latchkey/', 'secrets/'])
    const names = [...files.map(({ name }) => name), '.gitignore']
    const shown = given === undefined ? { password } : {}
    if (common.json) return printJson({ folder, files: names, issuer, admin, ...shown })
    report({ folder, names, admin, password: given === undefined ? password : undefined }, context)
  },
})

function readIssuer(text: string): string {
  const url = URL.parse(text)
  const isAddress =
    url !== null && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '')
  if (!isAddress) throw new CliError(OIDC_FAULTS.notAnIssuer, { issuer: text })
  return url.origin
}

/** 100 bits, in groups that can be copied by hand; no character looks like another. */
function newPassword(): string {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  const letters = [...systemRandom.bytes(20)].map((byte) => alphabet[byte % alphabet.length])
  return letters.join('').replace(/.{5}(?!$)/g, '$&-')
}

async function readGiven({ terminal }: Context): Promise<string> {
  const given = await readPasswordLine(terminal)
  if (given.length >= PASSWORD_CHARS) return given
  throw new CliError(INIT_FAULTS.shortPassword)
}

interface Report {
  readonly folder: string
  readonly names: readonly string[]
  readonly admin: string
  readonly password: string | undefined
}

function report({ folder, names, admin, password }: Report, context: Context): void {
  const { say, print, terminal } = context
  const place = relative(terminal.cwd, folder)
  print(say(INIT.written, { files: names.join(', ') }))
  print('')
  print(say(INIT.admin, { admin }))
  if (password !== undefined) print(say(INIT.password, { password }))
  print('')
  print(say(INIT.next))
  const steps: readonly (readonly [string, string])[] = [
    ...(place === '' ? [] : [[`cd ${place}`, ''] as const]),
    ['latchkey start', say(INIT.start)],
    ['latchkey login', say(INIT.browser, { admin })],
    ['latchkey doctor', say(INIT.doctor)],
    ['latchkey.yaml', say(INIT.edit)],
  ]
  for (const [name, what] of steps) print(definition(name, what, 2, 26))
}
