import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadSettings, type OpenIssuerOptions, openIssuer } from '@latchkey/issuer'
import { type LatchkeyOptions, latchkeySettings } from './latchkey-settings.ts'

export interface StartedLatchkey {
  readonly issuer: string
  readonly dataDir: string
  close(): Promise<void>
}

/** Latchkey from a settings file, over loopback HTTP. `clock` is that of the machine, unless a test wants another. */
export async function startLatchkey(
  options: LatchkeyOptions & Pick<OpenIssuerOptions, 'clock'>,
): Promise<StartedLatchkey> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-conformance-'))
  const file = join(folder, 'latchkey.yaml')
  const settings = latchkeySettings(options)
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  const opened = await openIssuer({
    settings: loadSettings({ file, env: {}, cwd: folder }),
    log: SILENT,
    ...(options.clock !== undefined && { clock: options.clock }),
  })
  await opened.listen()
  return {
    issuer: settings.issuer,
    dataDir: join(folder, settings.data_dir),
    close: async () => {
      await opened.close()
      rmSync(folder, { recursive: true })
    },
  }
}

const nothing = () => undefined
const SILENT: OpenIssuerOptions['log'] = {
  level: 'silent',
  silent: nothing,
  fatal: nothing,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  child: () => SILENT,
}
