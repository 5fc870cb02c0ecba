import type { Sql } from './sql.ts'

/** What is remembered at most; everything is forgotten when there would be more. A directory has few things that many ask for. */
const MOST_ANSWERS = 10_000

/**
 * Remembers answers of reads for as long as nothing has been written, by whomever. The database is asked for its version at
 * each call, so that an answer is always what reading now would give: callers may rely on "read after" (docs/architecture.md).
 * Answers are frozen, because several callers get the same object. Where the database cannot tell its version, nothing is
 * remembered.
 *
 * With `lagMs` an answer may miss, for so long, what another process has written; never what this one has.
 */
export function rememberedReads(sql: Pick<Sql, 'version'>) {
  let version: number | undefined
  let answers = new Map<string, unknown>()

  return <Arguments extends readonly string[], Answer>(
    name: string,
    read: (...args: Arguments) => Promise<Answer>,
    lagMs = 0,
  ): ((...args: Arguments) => Promise<Answer>) => {
    return async (...args) => {
      const now = await sql.version(lagMs)
      if (now === undefined) return await read(...args)
      if (now !== version || answers.size >= MOST_ANSWERS) {
        answers = new Map()
        version = now
      }
      const key = JSON.stringify([name, ...args])
      const known = answers.get(key)
      if (known !== undefined) return known as Answer
      const memory = answers
      const answer = deepFreeze(await read(...args))
      // It may be newer than `now` and never older; then nobody will see this version again, and it is forgotten unread.
      // Names that nobody has would only fill the memory.
      if (answer !== undefined && memory === answers) memory.set(key, answer)
      return answer
    }
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}
