/** A plan in the names of the file, as the admin API tells it. */
import type { MemberChange, OwnedKind, Plan, ServiceGrant } from '@latchkey/directory'
import { type Static, Type } from 'typebox'
import { closedObject } from '../admin/framework/closed.ts'
import { fileName } from './file-names.ts'
import { writtenGrants } from './written-entries.ts'

const Kind = Type.Union([
  Type.Literal('service'),
  Type.Literal('role'),
  Type.Literal('group'),
  Type.Literal('client'),
  Type.Literal('user'),
])

const Action = Type.Union([
  Type.Literal('create'),
  Type.Literal('update'),
  Type.Literal('retire'),
  Type.Literal('remove'),
])

const Value = Type.Unknown({ description: 'As the file writes it.' })

const PlannedMember = closedObject(
  {
    member: Type.String({ description: 'Grants have one for each audience.' }),
    from: Type.Optional(Value),
    to: Type.Optional(Value),
    secret: Type.Optional(Type.Literal(true, { description: 'It changes; no value is told.' })),
  },
  'PlannedMember',
)

export const PlanAnswer = closedObject(
  {
    digest: Type.String({ description: 'Names this plan.' }),
    changes: Type.Array(
      closedObject(
        {
          kind: Kind,
          name: Type.String(),
          action: Action,
          members: Type.Array(PlannedMember),
        },
        'PlannedChange',
      ),
    ),
    adopted: Type.Array(
      closedObject(
        {
          kind: Kind,
          name: Type.String(),
          from: Type.Optional(Type.String({ description: 'The file that owns it until then.' })),
          provisioned_by: Type.Optional(
            Type.Array(Type.String(), {
              description: 'Clients that keep it in step by SCIM, and cannot change it any more.',
            }),
          ),
        },
        'AdoptedEntry',
      ),
      { description: 'Are there, made elsewhere, and become owned by the file.' },
    ),
  },
  'ClusterPlan',
)
export type PlanAnswer = Static<typeof PlanAnswer>

export function planAnswer({ digest, changes, adopted }: Plan): PlanAnswer {
  return {
    digest,
    changes: changes.map(({ kind, name, action, members }) => ({
      kind,
      name,
      action,
      members: members.flatMap((one) => inFile(kind, one)),
    })),
    adopted: adopted.map(({ provisionedBy, ...one }) => ({
      ...one,
      ...(provisionedBy && { provisioned_by: [...provisionedBy] }),
    })),
  }
}

type Member = PlanAnswer['changes'][number]['members'][number]

function inFile(kind: OwnedKind, change: MemberChange): Member[] {
  switch (change.member) {
    case 'grants':
      return perName(change, (grants) => writtenGrants((grants ?? []) as ServiceGrant[]), 'grants')
    case 'attributes':
      return perName(change, (attributes) => attributes ?? {}, 'attributes')
    case 'profile':
      return perName(change, (profile) => profile ?? {})
    case 'tlsClientName':
      return perName(change, tlsMember)
    default:
      return [{ ...change, member: fileName(kind, change.member) }]
  }
}

function tlsMember(value: unknown): object {
  const { kind, value: text } = (value ?? {}) as { kind?: string; value?: string }
  return kind === undefined ? {} : { [`tls_client_auth_${kind}`]: text }
}

/** One change for each name in a value that is a group of names. */
function perName(
  { from, to }: MemberChange,
  parts: (value: unknown) => object,
  group?: string,
): Member[] {
  const [was, is] = [new Map(Object.entries(parts(from))), new Map(Object.entries(parts(to)))]
  const names = [...new Set([...was.keys(), ...is.keys()])]
  return names
    .filter((name) => JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name)))
    .map((name) => ({
      member: group === undefined ? name : `${group}.${name}`,
      ...(was.has(name) ? { from: was.get(name) } : {}),
      ...(is.has(name) ? { to: is.get(name) } : {}),
    }))
}
