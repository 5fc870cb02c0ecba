import { checkGrant, checkGrants } from '../checks/grants.ts'
import type { ServiceGrant } from '../directory.ts'
import type { DeclaredGrants } from './declared-directory.ts'

/** Declared grants as the directory lists them. Errors name the place in the declaration. */
export function declaredGrants(grants: DeclaredGrants | undefined): ServiceGrant[] {
  const listed: ServiceGrant[] = []
  for (const [audience, given] of Object.entries(grants ?? {})) {
    const place = `grants[${JSON.stringify(audience)}]`
    for (const [index, one] of given.entries()) {
      const { grant, ...end } = typeof one === 'string' ? { grant: one } : one
      listed.push({ audience, grant: checkGrant(grant, `${place}[${index}]`), ...end })
    }
  }
  return checkGrants(listed, 'grants')
}

/** Audiences at which the two lists differ. */
export function changedAudiences(
  before: readonly ServiceGrant[],
  after: readonly ServiceGrant[],
): string[] {
  const keys = (grants: readonly ServiceGrant[]) =>
    new Map(
      grants.map(({ audience, grant, until }) => [`${audience}\n${grant}\n${until}`, audience]),
    )
  const [was, is] = [keys(before), keys(after)]
  const different = [
    ...[...was].filter(([key]) => !is.has(key)),
    ...[...is].filter(([key]) => !was.has(key)),
  ]
  return [...new Set(different.map(([, audience]) => audience))]
}
