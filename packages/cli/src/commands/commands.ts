import type { Command, CommandGroup } from '../command.ts'
import { GROUPS as TITLES } from '../messages/groups.ts'
import { auditExport, auditHead, auditList, auditPrune } from './audit.ts'
import { auditVerify } from './audit-verify.ts'
import { chaos } from './chaos.ts'
import { clientSecretsAdd, clientSecretsList, clientSecretsRemove } from './client-secrets.ts'
import { clientsAdd, clientsList, clientsRemove, clientsSet, clientsShow } from './clients.ts'
import { apply, exportCluster, plan, schema } from './cluster.ts'
import { completion } from './completion.ts'
import { clientsDisable, clientsEnable, servicesDisable, servicesEnable } from './disable.ts'
import { doctor } from './doctor.ts'
import { explain } from './explain.ts'
import { groupsAdd, groupsRemove, groupsSet } from './groups-change.ts'
import { groupsList, groupsShow } from './groups-list.ts'
import { groupsAddMember, groupsRemoveMember } from './groups-members.ts'
import { init } from './init.ts'
import { keysList, keysRetire, keysRotate } from './keys.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { migrateStatus, migrateUp } from './migrate.ts'
import { rolesList, rolesRemove, rolesSave, rolesShow } from './roles.ts'
import { rolesGive, rolesTake } from './roles-give.ts'
import { servicesDrift, servicesRoutes } from './service-routes.ts'
import { servicesAdd, servicesList, servicesRemove, servicesSet, servicesShow } from './services.ts'
import { sessionsShow } from './session-show.ts'
import { sessionsList } from './sessions.ts'
import { sessionsEnd } from './sessions-end.ts'
import { start } from './start.ts'
import { tokenDecode } from './token-decode.ts'
import { tokenObtain } from './token-obtain.ts'
import { tokenVerify } from './token-verify.ts'
import { usersEffective } from './user-effective.ts'
import {
  usersAdd,
  usersDisable,
  usersEnable,
  usersPasswd,
  usersRemove,
  usersRemoveCode,
} from './users.ts'
import { usersImport } from './users-import.ts'
import { usersList } from './users-list.ts'
import { usersSet } from './users-set.ts'
import { usersShow } from './users-show.ts'
import { verifiersList } from './verifiers.ts'

const migrate = [migrateStatus, migrateUp]
const groups = [
  groupsList,
  groupsShow,
  groupsAdd,
  groupsSet,
  groupsRemove,
  groupsAddMember,
  groupsRemoveMember,
]
const roles = [rolesList, rolesShow, rolesSave, rolesRemove, rolesGive, rolesTake]
const users = [
  usersList,
  usersShow,
  usersEffective,
  usersAdd,
  usersSet,
  usersDisable,
  usersEnable,
  usersPasswd,
  usersRemoveCode,
  usersRemove,
  usersImport,
]
const clients = [
  ...[clientsList, clientsShow, clientsAdd, clientsSet, clientsDisable, clientsEnable],
  ...[clientsRemove, clientSecretsList, clientSecretsAdd, clientSecretsRemove],
]
const services = [
  ...[servicesList, servicesShow, servicesAdd, servicesSet, servicesRemove],
  ...[servicesDisable, servicesEnable, servicesRoutes, servicesDrift],
]
const sessions = [sessionsList, sessionsShow, sessionsEnd]
const keys = [keysList, keysRotate, keysRetire]
const token = [tokenObtain, tokenDecode, tokenVerify]

const audit = [auditList, auditExport, auditVerify, auditHead, auditPrune]

/** Every command, in the order of the help. A group with a name holds the commands that begin with it. */
export const GROUPS: readonly CommandGroup[] = [
  {
    name: '',
    title: TITLES.running,
    commands: [init, start, doctor, explain, chaos, completion(() => GROUPS)],
  },
  { name: '', title: TITLES.self, commands: [login, logout] },
  { name: '', title: TITLES.cluster, commands: [plan, apply, exportCluster, schema] },
  { name: 'migrate', title: TITLES.migrate, commands: migrate },
  { name: 'users', title: TITLES.users, commands: users },
  { name: 'groups', title: TITLES.groups, commands: groups },
  { name: 'roles', title: TITLES.roles, commands: roles },
  { name: 'clients', title: TITLES.clients, commands: clients },
  { name: 'services', title: TITLES.services, commands: services },
  { name: 'sessions', title: TITLES.sessions, commands: sessions },
  { name: 'verifiers', title: TITLES.verifiers, commands: [verifiersList] },
  { name: 'keys', title: TITLES.keys, commands: keys },
  { name: 'audit', title: TITLES.audit, commands: audit },
  { name: 'token', title: TITLES.token, commands: token },
]

export const COMMANDS: readonly Command[] = GROUPS.flatMap(({ commands }) => commands)
