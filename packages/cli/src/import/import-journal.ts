import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** How far an import has come, beside its file: a process that is killed leaves it, and the next one goes on. */
export interface Journal {
  /** People of the file that the issuer has answered for. */
  readonly done: number
  readonly created: number
  readonly updated: number
  readonly skipped: number
  readonly refused: number
}

export const NOTHING_DONE: Journal = { done: 0, created: 0, updated: 0, skipped: 0, refused: 0 }

export interface JournalFile {
  /** Of an earlier run with the same file and policy; `NOTHING_DONE` otherwise. */
  read(): Journal
  /** In one step: a process that is killed meanwhile leaves the one before. */
  write(journal: Journal): void
  remove(): void
}

/** @param about what else has to be the same: the issuer and the policy */
export async function journalFile(file: string, about: string): Promise<JournalFile> {
  const place = `${file}.progress`
  const hash = createHash('sha256').update(`${about}\n`)
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  const digest = hash.digest('base64url')
  return {
    read: () => {
      try {
        const { digest: of, ...journal } = JSON.parse(readFileSync(place, 'utf8'))
        return of === digest ? journal : NOTHING_DONE
      } catch {
        // None, or none of ours. People who are there already are noticed by the issuer, too.
        return NOTHING_DONE
      }
    },
    write: (journal) => {
      const next = `${place}.new`
      // In a folder that others write to, somebody may have put a link there, and would have us write elsewhere.
      rmSync(next, { force: true })
      const options = { mode: 0o600, flag: 'wx' }
      writeFileSync(next, `${JSON.stringify({ digest, ...journal })}\n`, options)
      renameSync(next, place)
    },
    remove: () => rmSync(place, { force: true }),
  }
}
