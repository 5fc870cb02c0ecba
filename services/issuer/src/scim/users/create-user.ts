/** POST /scim/v2/Users: RFC 7644 section 3.3. */
import type { NewUser } from '@latchkey/directory'
import type { FastifyInstance } from 'fastify'
import { sendResource } from '../answer.ts'
import { provisioningClient } from '../provisioning-client.ts'
import { canonicalDocument, type Document, type Shape } from '../schemas/canonical.ts'
import type { ScimDeps } from '../scim-deps.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import { type GivenUser, givenUser } from './given-user.ts'
import { readUserResource, USERS } from './read-users.ts'

export function scimUserCreation(deps: ScimDeps, shape: Shape) {
  const options = { config: { granted: true }, bodyLimit: SCIM_LIMITS.bodyBytes } as const
  return async (app: FastifyInstance): Promise<void> => {
    app.post<{ Body: Document }>(USERS, options, async (request, reply) => {
      const given = givenUser(canonicalDocument(request.body, shape), deps.schemas)
      // Before the transaction: others would wait for the hash.
      const { password } = given
      const hash =
        password === undefined ? undefined : await deps.directory.users.hashPassword(password)
      const { sub, resource } = await deps.rightsChange(request, 'user.create', async (inside) => {
        const created = await inside.users.create(newUser(given, hash))
        // Rights come with groups. Nobody has a token or a session of theirs yet: nothing is to be ended.
        if (given.active === false) await inside.users.setDisabled(created.sub, true)
        await inside.provisioned.save({
          ...{ kind: 'user', clientId: provisioningClient(request) },
          ...{ id: created.sub, externalId: given.externalId },
        })
        const user = (await inside.users.find(created.sub)) ?? created
        return {
          target: `user ${user.sub}`,
          detail: { username: user.username, by: 'scim' },
          result: { sub: user.sub, resource: await readUserResource(request, user, inside, deps) },
          stale: [],
        }
      })
      reply.code(201).header('location', `${deps.base}/Users/${sub}`)
      return await sendResource(request, reply, resource)
    })
  }
}

function newUser(given: GivenUser, hash: string | undefined): NewUser {
  const { username, name, email, locale, profile, attributes } = given
  return {
    ...{ username, name, email, locale, profile, attributes },
    ...(hash !== undefined && { passwordHash: hash }),
  }
}
