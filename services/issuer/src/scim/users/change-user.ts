/** PUT and PATCH /scim/v2/Users/:id: RFC 7644 sections 3.5.1 and 3.5.2. */
import { type Directory, refuseOwned, type User, type UserChange } from '@latchkey/directory'
import type { EndReason } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { actorOf } from '../../admin/actor.ts'
import { findUser } from '../../admin/user-params.ts'
import { refuseOtherVersion, sendResource } from '../answer.ts'
import { readOperations } from '../patch/operations.ts'
import { patched } from '../patch/patched.ts'
import { externalIdOf, provisioningClient } from '../provisioning-client.ts'
import { canonicalDocument, type Document, type Shape } from '../schemas/canonical.ts'
import type { ScimDeps } from '../scim-deps.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import { changeOf, type GivenUser, givenUser } from './given-user.ts'
import { readUserResource, USERS } from './read-users.ts'
import { type ProvisionedUser, userDocument } from './user-document.ts'

type ById = { Params: { id: string }; Body: Document }
/** How the person is to be, from how they are. */
type Wanted = (before: ProvisionedUser) => GivenUser

export function scimUserChanges(deps: ScimDeps, shape: Shape) {
  const options = { config: { granted: true }, bodyLimit: SCIM_LIMITS.bodyBytes } as const
  return async (app: FastifyInstance): Promise<void> => {
    app.put<ById>(`${USERS}/:id`, options, async (request, reply) => {
      const given = givenUser(canonicalDocument(request.body, shape), deps.schemas)
      return await change(request, reply, request.params.id, () => given, deps)
    })
    app.patch<ById>(`${USERS}/:id`, options, async (request, reply) => {
      const operations = readOperations(request.body)
      const wanted: Wanted = (user) => {
        const before = userDocument(user, deps)
        return givenUser(patched(before, operations, shape), deps.schemas, before)
      }
      return await change(request, reply, request.params.id, wanted, deps)
    })
  }
}

interface Planned {
  readonly user: User
  readonly given: GivenUser
  readonly change: UserChange
  /** Whether the caller calls the person something else from now on. */
  readonly isRenumbered: boolean
  /** Whether the person may sign in will be another thing. */
  readonly isSwitched: boolean
}

async function plan(
  request: FastifyRequest,
  sub: string,
  wanted: Wanted,
  inside: Directory,
  deps: ScimDeps,
): Promise<Planned> {
  const user = await findUser(sub, inside.users)
  refuseOtherVersion(request, await readUserResource(request, user, inside, deps))
  const externalId = await externalIdOf(request, 'user', sub, inside)
  const given = wanted({ user, externalId })
  const isSwitched = given.active !== undefined && given.active === user.disabled
  const isRenumbered = given.externalId !== (externalId ?? '')
  return { user, given, change: changeOf(user, given, deps.schemas), isRenumbered, isSwitched }
}

async function change(
  request: FastifyRequest,
  reply: FastifyReply,
  sub: string,
  wanted: Wanted,
  deps: ScimDeps,
): Promise<FastifyReply> {
  const { directory } = deps
  const first = await plan(request, sub, wanted, directory, deps)
  const { password } = first.given
  // Before the transaction: others would wait for the hash.
  const hash = password === undefined ? undefined : await directory.users.hashPassword(password)
  const isOther = first.isSwitched || first.isRenumbered
  const isSame = !isOther && Object.keys(first.change).length === 0
  if (!isSame || hash !== undefined) {
    await make(request, sub, wanted, hash, deps)
  } else if (first.given.active === false) {
    // Also when they were disabled before: the answer to the first attempt may have been lost.
    await deps.refuseMoreThanOwn(request, first.user, directory)
    await deps.end({ kind: 'user', sub }, 'user_disabled', actorOf(request))
  }
  // Guesses at the old password say nothing about the new one.
  if (hash !== undefined) await deps.codes.forgive(sub)
  const user = await findUser(sub, directory.users)
  return await sendResource(request, reply, await readUserResource(request, user, directory, deps))
}

async function make(
  request: FastifyRequest,
  sub: string,
  wanted: Wanted,
  hash: string | undefined,
  deps: ScimDeps,
): Promise<void> {
  await deps.rightsChange(request, 'user.update', async (inside) => {
    const planned = await plan(request, sub, wanted, inside, deps)
    const { user, given, change, isRenumbered, isSwitched } = planned
    await deps.refuseMoreThanOwn(request, user, inside)
    if (Object.keys(change).length > 0) await refuseOwned(inside, 'user', sub)
    const members = [...Object.keys(change), ...(isRenumbered ? ['externalId'] : [])]
    // Also when nothing but the external id is another one: it is the time of the last change that clients ask for.
    if (members.length > 0) await inside.users.update(sub, change)
    if (isRenumbered) {
      const clientId = provisioningClient(request)
      await inside.provisioned.save({
        ...{ kind: 'user', clientId, id: sub, externalId: given.externalId },
      })
    }
    if (hash !== undefined) await inside.users.setPasswordHash(sub, hash)
    if (isSwitched) await inside.users.setDisabled(sub, given.active === false)
    const told = [...members, ...(hash ? ['password'] : []), ...(isSwitched ? ['active'] : [])]
    const detail = {
      members: told.join(', '),
      ...(isSwitched && {
        before: { disabled: user.disabled },
        after: { disabled: !user.disabled },
      }),
      by: 'scim',
    }
    return {
      ...{ target: `user ${sub}`, detail, result: undefined, stale: [] },
      ends: endsOf(given, hash).map((reason) => ({ target: { kind: 'user', sub }, reason })),
    }
  })
}

/** Also when they were disabled before: nothing of theirs lives on then. */
function endsOf({ active }: GivenUser, hash: string | undefined): readonly EndReason[] {
  if (active === false) return ['user_disabled']
  return hash === undefined ? [] : ['password_changed']
}
