import type { Command } from '../command.ts'
import { chaos } from './chaos.ts'
import { clientsDisable, clientsEnable, servicesDisable, servicesEnable } from './disable.ts'
import { doctor } from './doctor.ts'
import { keysList, keysRetire, keysRotate } from './keys.ts'
import { sessionsList } from './sessions.ts'
import { sessionsEnd } from './sessions-end.ts'
import { start } from './start.ts'
import { tokenDecode } from './token-decode.ts'
import { tokenVerify } from './token-verify.ts'
import {
  usersAdd,
  usersDisable,
  usersEnable,
  usersPasswd,
  usersRemove,
  usersRemoveCode,
} from './users.ts'
import { verifiersList } from './verifiers.ts'

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  start,
  sessionsList,
  sessionsEnd,
  verifiersList,
  doctor,
  keysList,
  keysRotate,
  keysRetire,
  usersAdd,
  usersDisable,
  usersEnable,
  usersPasswd,
  usersRemoveCode,
  usersRemove,
  clientsDisable,
  clientsEnable,
  servicesDisable,
  servicesEnable,
  tokenDecode,
  tokenVerify,
  chaos,
]
