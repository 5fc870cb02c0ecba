/** bcrypt: `$2a$`, `$2b$` and `$2y$`, which differ only in the faults of old implementations. */
import { verify } from '@node-rs/bcrypt'
import { type HashFormat, within } from './hash-format.ts'

const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/
/** 2^14 rounds take about 0.8 seconds. */
const LOG_ROUNDS = { least: 4, most: 14 }

/** bcrypt knows no more of a password, and its C implementations end at a NUL. */
const MOST_BYTES = 72

export const bcrypt: HashFormat = {
  read: (text) => {
    const rounds = within(FORM.exec(text)?.[1], LOG_ROUNDS.least, LOG_ROUNDS.most)
    return rounds === undefined ? undefined : text
  },
  owns: (stored) => FORM.test(stored),
  // Longer passwords would match by their beginning: they match nothing, and cost the same.
  matches: async (stored, password) => {
    const matched = await verify(password, stored)
    return matched && Buffer.byteLength(password) <= MOST_BYTES && !password.includes('\0')
  },
}
