import type { Role } from '@latchkey/directory'
import { SHIPPED_ROLES, type ShippedRole } from './framework/shipped-roles.ts'

/** Whether it is ours and not one that the operator has given the same name. */
export function isShipped({ name, grants }: Role, issuer: string): boolean {
  const shipped: Readonly<Record<string, ShippedRole>> = SHIPPED_ROLES
  if (!Object.hasOwn(shipped, name)) return false
  const texts = grants.map(({ audience, grant, until }) => [audience, grant, until].join(' '))
  const ours = shipped[name]?.grants.map((grant) => [issuer, grant, undefined].join(' ')) ?? []
  return JSON.stringify(texts.toSorted()) === JSON.stringify(ours.toSorted())
}
