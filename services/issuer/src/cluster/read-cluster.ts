import type { DeclaredDirectory } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { readDeclared } from '../settings/declared.ts'
import { readJson } from '../settings/read-json.ts'
import { CLUSTER_LIMITS, type ClusterList } from './limits.ts'

/** The lists of a cluster file as JSON, in the names of the file; every secret is given by its value. */
export type ClusterDocument = Readonly<Partial<Record<ClusterList, readonly unknown[]>>>

/**
 * What somebody has sent as a cluster file, in the names of the directory. A path or a variable that would give a secret is
 * unknown here: it would be read on the machine of the issuer.
 * Throws InputError with the first fault, and `cluster-too-large`.
 */
export function readCluster(
  document: ClusterDocument,
  accessTokenSeconds: number,
): DeclaredDirectory {
  checkSize(document)
  const read = readJson(document, (root, reading) =>
    readDeclared(root, reading, accessTokenSeconds),
  )
  switch (read.kind) {
    case 'read':
      checkPasswords(read.value)
      return read.value
    case 'too-deep':
      throw new InputError('settings-syntax', {
        received: 'too many levels',
        expected: 'a cluster file',
      })
    case 'fault': {
      const { at: where, code, received, expected } = read.fault
      throw new InputError(code, { received, expected, where })
    }
  }
}

function checkSize(document: ClusterDocument): void {
  for (const list of Object.keys(document) as ClusterList[]) {
    const count = document[list]?.length ?? 0
    if (count > CLUSTER_LIMITS[list]) tooLarge(list, count, CLUSTER_LIMITS[list])
  }
}

function checkPasswords({ users = [] }: DeclaredDirectory): void {
  const count = users.filter(({ password }) => password !== undefined).length
  const most = CLUSTER_LIMITS.firstPasswords
  if (count > most) tooLarge('users', `${count} with a password`, `${most} with a password`)
}

function tooLarge(list: ClusterList, received: number | string, most: number | string): never {
  throw new InputError('cluster-too-large', {
    received: `${received} ${list}`,
    expected: `at most ${most} ${list} in one file`,
    where: list,
  })
}
