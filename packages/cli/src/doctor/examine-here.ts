import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Context } from '../command.ts'
import { type Examined, found, NOTHING } from './finding.ts'

/** Seen from the folder that the command runs in; `issuer` is what the settings say, if they can be read. */
export interface HereSeen extends Examined {
  readonly issuer: string | undefined
}

/** What can be said without an issuer, where its settings or its data are. Changes nothing. */
export async function examineHere(context: Context, file: string | undefined): Promise<HereSeen> {
  const { terminal, common } = context
  const folder = common['data-dir']
  const env = folder === undefined ? terminal.env : { ...terminal.env, LATCHKEY_DATA_DIR: folder }
  if (!isHere(env, terminal.cwd, file)) return { ...NOTHING, issuer: undefined }
  // The other commands start faster without the whole issuer.
  const { examineOffline, SettingsError } = await import('@latchkey/issuer')
  try {
    const given = file === undefined ? {} : { file }
    return await examineOffline({ env, cwd: terminal.cwd, ...given })
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const facts = { faults: error.message.replaceAll('\n', ' ') }
    return { checks: [], issuer: undefined, findings: found([[true, 'settings', 'error', facts]]) }
  }
}

/** Whoever is elsewhere needs no advice about settings. */
function isHere(env: Context['terminal']['env'], cwd: string, file: string | undefined): boolean {
  const places = [file ?? 'latchkey.yaml', env['LATCHKEY_DATA_DIR'] || '.latchkey']
  return places.some((place) => existsSync(resolve(cwd, place)))
}
