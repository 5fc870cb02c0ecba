import type { DeclaredDirectory, Directory } from '@latchkey/directory'
import { SHIPPED_ROLES } from './admin/framework/shipped-roles.ts'

/**
 * Creates the roles of the admin API that are missing. A role of the same name that is there, or that the file declares, is the
 * operator's own and stays as it is. The issuer must be known as a service.
 */
export async function shipRoles(
  directory: Directory,
  issuer: string,
  declared: Pick<DeclaredDirectory, 'roles'>,
): Promise<void> {
  const own = new Set(declared.roles?.map(({ name }) => name))
  await directory.transaction(async ({ roles }) => {
    for (const [name, { description, grants }] of Object.entries(SHIPPED_ROLES)) {
      if (own.has(name) || (await roles.find(name))) continue
      const atIssuer = grants.map((grant) => ({ audience: issuer, grant }))
      await roles.save({ name, description, grants: atIssuer })
    }
  })
}
