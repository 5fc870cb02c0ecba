import type { FaultOf } from '../sql/engine.ts'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const BUSY = new Set([5 /* BUSY */, 6 /* LOCKED */])
const UNAVAILABLE = new Set([
  7, // NOMEM
  8, // READONLY
  10, // IOERR
  11, // CORRUPT
  13, // FULL
  14, // CANTOPEN
  15, // PROTOCOL
  26, // NOTADB
])

/** SQLITE_NOTADB: the file is something else. */
export function isNoDatabase(error: unknown): boolean {
  return primaryCode(error) === 26
}

export const sqliteFault: FaultOf = (error) => {
  const code = primaryCode(error)
  if (code === undefined) return undefined
  if (BUSY.has(code)) return 'busy'
  return UNAVAILABLE.has(code) ? 'unavailable' : undefined
}

/** The low byte of the extended result code that node:sqlite puts in `errcode`. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}
