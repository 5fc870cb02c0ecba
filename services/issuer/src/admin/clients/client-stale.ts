import type { Client, ServiceGrant } from '@latchkey/directory'
import { machineSubject } from '@latchkey/protocol'

/**
 * Whose tokens speak of rights that are no more: the machine's own when its grants have changed, and those for services that
 * people cannot reach through this client any more.
 */
export function staleAfter(before: Client, after: Client): string[] {
  const isSame = textOf(before.grants) === textOf(after.grants)
  const withdrawn = before.services.filter((audience) => !after.services.includes(audience))
  return [...(isSame ? [] : [machineSubject(after.id)]), ...withdrawn]
}

/** Both are sorted, as the directory gives them. */
function textOf(grants: readonly ServiceGrant[]): string {
  return JSON.stringify(grants.map(({ audience, grant, until }) => [audience, grant, until]))
}
