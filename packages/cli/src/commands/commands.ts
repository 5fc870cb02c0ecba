import type { Command } from '../command.ts'
import { chaos } from './chaos.ts'
import { keysList, keysRetire, keysRotate } from './keys.ts'
import { sessionsEnd, sessionsList } from './sessions.ts'
import { start } from './start.ts'
import { tokenDecode } from './token-decode.ts'
import { tokenVerify } from './token-verify.ts'
import { usersAdd, usersDisable, usersEnable, usersPasswd, usersRemoveCode } from './users.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  start,
  sessionsList,
  sessionsEnd,
  keysList,
  keysRotate,
  keysRetire,
  usersAdd,
  usersDisable,
  usersEnable,
  usersPasswd,
  usersRemoveCode,
  tokenDecode,
  tokenVerify,
  chaos,
]
