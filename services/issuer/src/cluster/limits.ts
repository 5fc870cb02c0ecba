import { LIMITS } from '@latchkey/protocol'

/** How large a cluster file may be. A directory with more people gets them from where they are kept: SCIM or an import. */
export const CLUSTER_LIMITS = {
  services: 1000,
  clients: 5000,
  roles: 1000,
  groups: 2000,
  users: 10_000,
  /** First passwords in one apply: each costs a hash before anything begins. More people: `password_hash`. */
  firstPasswords: 100,
  /** Ten thousand people with all their members need about six. */
  bytes: 16 * 1024 * 1024,
  /** Values in the YAML. */
  nodes: 1_000_000,
  /** Of the file, without its folder. */
  fileNameChars: Math.min(128, LIMITS.clientIdChars),
} as const

export type ClusterList = 'services' | 'clients' | 'roles' | 'groups' | 'users'
