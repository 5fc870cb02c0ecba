/** What the admin API tells of ends: docs/protocol/receipts.md. */
import { END_REASONS } from '@latchkey/protocol'
import { Type } from 'typebox'
import { AdminTarget } from '../receipts/admin-target.ts'
import { closedObject } from './framework/closed.ts'

export const OperationAnswer = closedObject(
  {
    id: Type.String(),
    target: AdminTarget,
    reason: Type.Enum([...END_REASONS]),
    state: Type.Enum(['running', 'done', 'interrupted']),
    asked_at: Type.String(),
    ended: Type.Boolean(),
    known: Type.Optional(
      Type.Boolean({ description: 'Of a session: false when nobody knows it any more.' }),
    ),
    epoch: Type.Integer(),
    entries: Type.Array(
      closedObject({ partition: Type.Integer(), offset: Type.Integer(), kind: Type.String() }),
    ),
    closed_by: Type.Optional(Type.String()),
    done: Type.Optional(Type.Integer()),
    total: Type.Optional(Type.Integer()),
    verifiers: Type.Array(
      closedObject({
        instance: Type.String(),
        audience: Type.String(),
        state: Type.Enum(['applied', 'waiting', 'offline']),
        after_ms: Type.Optional(Type.Number()),
        closed_by: Type.Optional(Type.String()),
      }),
    ),
    counts: closedObject({
      applied: Type.Integer(),
      waiting: Type.Integer(),
      offline: Type.Integer(),
    }),
    complete: Type.Boolean(),
  },
  'Operation',
)

export const PreviewAnswer = closedObject(
  {
    sessions: Type.Integer(),
    users: Type.Integer(),
    clients: Type.Integer(),
    services: Type.Integer(),
    known: Type.Optional(
      Type.Boolean({ description: 'Of a session: false when nobody knows it any more.' }),
    ),
    verifiers: Type.Array(
      closedObject({
        instance: Type.String(),
        audience: Type.String(),
        connected: Type.Boolean(),
      }),
    ),
    complete: Type.Boolean(),
    confirm: Type.Optional(Type.String()),
  },
  'Preview',
)
