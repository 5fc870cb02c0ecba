import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { StoreUnavailable } from '@latchkey/protocol'
import { type Redis, ReplyError } from 'ioredis'
import { redisUnavailable } from './guarded.ts'
import type { ServerClock } from './server-clock.ts'
import { writeTogether } from './write-together.ts'

/** Scripts of lua/ and how many keys each declares. */
export const SCRIPTS = {
  'add-deliveries': 3,
  'allocate-status': 2,
  'append-signals': 3,
  'beat-log': 2,
  'claim-deliveries': 3,
  'claim-once': 1,
  'count-attempt': 1,
  'create-family': 2,
  'create-session': 2,
  'decide-device': 2,
  'end-older': 4,
  'end-session': 7,
  'find-session': 4,
  'forget-session': 1,
  'give-back-attempt': 1,
  'keep-value': 1,
  'list-families': 2,
  'note-client': 2,
  'peek-family': 4,
  'peek-signals': 2,
  'poll-device': 1,
  'read-head': 2,
  'read-log': 2,
  'redeem-code': 3,
  'redeem-family': 7,
  'renew-session': 2,
  'report-verifiers': 3,
  'restore-family': 2,
  'settle-delivery': 3,
  'settle-signals': 3,
  'start-device': 2,
  'take-value': 1,
  'trim-cuts': 1,
  'trim-log': 1,
} as const

export type ScriptName = keyof typeof SCRIPTS

/** A reply begins with a word; what follows stands in the head of the script. */
export type Reply = readonly [word: string, ...facts: unknown[]]

/** A script with its keys and arguments. Throws StoreUnavailable when Redis was too late, and has then done nothing. */
export type RunScript = (
  name: ScriptName,
  keys: readonly string[],
  ...args: readonly (string | number)[]
) => Promise<Reply>

/** The same with a time limit in milliseconds, which becomes the deadline: ARGV[1] of every script. */
export type RunWithin = (limitMs: number, ...script: Parameters<RunScript>) => Promise<Reply>

// Beside src and beside dist, so that both find it.
const LUA = new URL('../../lua/', import.meta.url)

/** The server's clock is read in whole milliseconds. */
const DEADLINE_MARGIN_MS = 2

export function scriptRunner(redis: Redis, clock: ServerClock): RunWithin {
  for (const [name, numberOfKeys] of Object.entries(SCRIPTS)) {
    redis.defineCommand(name, { numberOfKeys, lua: assemble(name) })
  }
  const together = writeTogether(redis)
  const commands = redis as unknown as Record<string, (...args: unknown[]) => Promise<Reply>>

  return async (limitMs, name, keys, ...args) => {
    // What was never sent cannot be carried out later, so this failure need not wait.
    if (redis.status !== 'ready') throw new StoreUnavailable('Redis')
    const givenUpMs = performance.now() + limitMs
    const deadline = Math.floor(clock.nowMs() + limitMs - DEADLINE_MARGIN_MS)
    const command = commands[name] as (typeof commands)[string]
    together()
    try {
      const reply = await command.call(redis, ...keys, deadline, ...args)
      if (reply[0] !== 'late') return reply
      // Redis came back from a hang, or its clock was set: the next call knows the time.
      clock.learn(Number(reply[1]))
    } catch (error) {
      // No answer: a hanging server may hold the command until its deadline, also when the connection broke.
      if (!(error instanceof ReplyError)) await passed(givenUpMs)
      throw redisUnavailable(error)
    }
    throw new StoreUnavailable('Redis')
  }
}

/** Timers alone may fire early: they count from the start of the loop's turn. */
async function passed(monotonicMs: number): Promise<void> {
  for (
    let left = monotonicMs - performance.now();
    left > 0;
    left = monotonicMs - performance.now()
  ) {
    await setTimeout(Math.ceil(left))
  }
}

/** A script's text with the parts that its `-- include:` line names, and the check of the deadline before all. */
export function assemble(name: string): string {
  const body = readFileSync(new URL(`${name}.lua`, LUA), 'utf8')
  const parts = /^-- include: (.*)$/m.exec(body)?.[1]?.split(' ') ?? []
  const included = ['refuse-late', ...parts].map((part) =>
    readFileSync(new URL(`include/${part}.lua`, LUA), 'utf8'),
  )
  return [...included, body].join('\n')
}
