import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@latchkey/protocol'

/** Counts up when a version of Latchkey writes the data folder in a way that older ones would misunderstand. */
export const DATA_FOLDER_FORMAT = 1

/**
 * Makes the data folder, for the owner only, or checks that this version understands the one that is there. Throws
 * InputError otherwise: going on would damage what a newer version has written.
 */
export function openDataFolder(folder: string): void {
  const refuse = (code: string, received: string, expected: string): never => {
    throw new InputError(code, { where: `data_dir ${folder}`, received, expected })
  }
  const file = join(folder, 'format')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(file, `${DATA_FOLDER_FORMAT}\n`, { flag: 'wx', mode: 0o600 })
    return
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code
    if (why !== 'EEXIST') refuse('data-folder-closed', why ?? 'an error', 'a folder to write to')
  }
  const format = readFileSync(file, 'utf8').trim()
  if (!/^\d{1,6}$/.test(format))
    refuse('data-folder-unknown', 'something else', 'a data folder of Latchkey')
  if (Number(format) > DATA_FOLDER_FORMAT) {
    const expected = `format ${DATA_FOLDER_FORMAT} or older; use the newer Latchkey or another data_dir`
    refuse('data-folder-newer', `format ${format}`, expected)
  }
}
