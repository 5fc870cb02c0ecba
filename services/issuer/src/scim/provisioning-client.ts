/** External ids mean something to the provisioning client alone that gives them: RFC 7643 section 3.1. */
import type { Directory, ProvisionedKind } from '@latchkey/directory'
import type { FastifyRequest } from 'fastify'

/** Whose external ids are meant. A person at a provisioning client shares those of that client. */
export function provisioningClient({ admin }: Pick<FastifyRequest, 'admin'>): string {
  if (admin === undefined) throw new Error('the guard lets nobody in without a token')
  return admin.client_id
}

/** What the caller calls one person or group. Undefined: nothing. */
export async function externalIdOf(
  request: FastifyRequest,
  kind: ProvisionedKind,
  id: string,
  { provisioned }: Pick<Directory, 'provisioned'>,
): Promise<string | undefined> {
  return (await provisioned.of(kind, provisioningClient(request), [id])).get(id)
}
