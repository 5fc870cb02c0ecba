import { checkGrant, sortGrants } from '../checks/grants.ts'
import type { ServiceGrant } from '../directory.ts'
import { checkKnown } from '../sql/require-known.ts'
import type { DeclaredGrants } from './declared-directory.ts'

/** Declared grants as the directory lists them. Errors name the place in the declaration. */
export function declaredGrants(
  grants: DeclaredGrants | undefined,
  services: ReadonlySet<string>,
): ServiceGrant[] {
  const byKey = new Map<string, ServiceGrant>()
  for (const [audience, texts] of Object.entries(grants ?? {})) {
    const place = `grants[${JSON.stringify(audience)}]`
    checkKnown('service', services, [{ name: audience, where: place }])
    for (const [index, text] of texts.entries()) {
      const grant = checkGrant(text, `${place}[${index}]`)
      byKey.set(`${audience}\n${grant}`, { audience, grant })
    }
  }
  return sortGrants([...byKey.values()])
}

/** Audiences at which the two lists differ. */
export function changedAudiences(
  before: readonly ServiceGrant[],
  after: readonly ServiceGrant[],
): string[] {
  const keys = (grants: readonly ServiceGrant[]) =>
    new Map(grants.map((grant) => [`${grant.audience}\n${grant.grant}`, grant.audience]))
  const [was, is] = [keys(before), keys(after)]
  const different = [
    ...[...was].filter(([key]) => !is.has(key)),
    ...[...is].filter(([key]) => !was.has(key)),
  ]
  return [...new Set(different.map(([, audience]) => audience))]
}
