import { type Context, command } from '../command.ts'
import { localTime } from '../local-time.ts'
import { MIGRATE, MIGRATE_HELP } from '../messages/migrate.ts'
import { configOption } from '../options.ts'
import { printable } from '../text-width.ts'

const options = { config: configOption }

export const migrateStatus = command({
  name: 'migrate status',
  help: MIGRATE_HELP.status,
  options,
  examples: [
    'latchkey migrate status',
    'latchkey migrate status --config /etc/latchkey/latchkey.yaml',
  ],
  run: async (context) => {
    const status = await withMigrations(context, (migrations) => migrations.status())
    const { common, terminal, say, print, printJson } = context
    if (common.json) printJson(status)
    else {
      print(say(MIGRATE.engine, { engine: say(MIGRATE[status.engine]) }))
      for (const { number, name, appliedAt } of status.applied) {
        print(`  ${number} ${printable(name)}  ${localTime(appliedAt, terminal)}`)
      }
      for (const { number, name } of status.pending)
        print(`  ${number} ${name}  ${say(MIGRATE.pending)}`)
      print(say(status.pending.length === 0 ? MIGRATE.newest : MIGRATE.runUp))
    }
    return status.pending.length === 0 ? 'ok' : 'different'
  },
})

export const migrateUp = command({
  name: 'migrate up',
  help: MIGRATE_HELP.up,
  options,
  examples: ['latchkey migrate up', 'latchkey migrate up --data-dir /var/lib/latchkey --json'],
  run: async (context) => {
    const { pending, applied } = await withMigrations(context, async (migrations) => {
      const before = await migrations.status()
      await migrations.up()
      return { pending: before.pending, applied: (await migrations.status()).applied }
    })
    const { common, say, print, printJson } = context
    if (common.json) return printJson({ ran: pending, version: applied.at(-1)?.number ?? 0 })
    for (const { number, name } of pending) print(say(MIGRATE.ran, { number, name }))
    print(say(MIGRATE.newest))
  },
})

async function withMigrations<T>(
  context: Context & { readonly options: { readonly config: string | undefined } },
  work: (migrations: Migrations) => Promise<T>,
): Promise<T> {
  // Only what opens a database needs the issuer's settings; other commands start faster without them.
  const { directoryMigrations } = await import('@latchkey/issuer')
  const { common, terminal, options } = context
  const folder = common['data-dir']
  const env = folder === undefined ? terminal.env : { ...terminal.env, LATCHKEY_DATA_DIR: folder }
  const file = options.config === undefined ? {} : { file: options.config }
  const migrations = await directoryMigrations({ env, cwd: terminal.cwd, ...file })
  try {
    return await work(migrations)
  } finally {
    await migrations.close()
  }
}

type Migrations = Awaited<ReturnType<typeof import('@latchkey/issuer').directoryMigrations>>
