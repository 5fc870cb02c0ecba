import { checkDocument } from '../document-size.ts'
import type { DocumentStore } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { SqliteContext } from './context.ts'

export function sqliteDocuments({ database, read, write }: SqliteContext): DocumentStore {
  const insert = database.prepare('INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)')
  const select = database.prepare(
    'SELECT text FROM documents WHERE kind = ? AND digest = ? AND expires_at > ?',
  )

  return {
    async put(kind, id, text, expiresAt) {
      checkDocument(text)
      write(() => insert.run(kind, textDigest(id), text, expiresAt))
    },

    async get(kind, id, now) {
      return read(() => {
        const row = select.get(kind, textDigest(id), now)
        return row && String(row['text'])
      })
    },
  }
}
