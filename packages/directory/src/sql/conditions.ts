/** Conditions of callers as SQL: every value is a parameter. */
import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely'
import { fold } from '../checks/username.ts'
import type {
  GroupCondition,
  Provisioned,
  ProvisionedKind,
  TextOperator,
  TimeOperator,
  UserCondition,
} from '../directory.ts'
import { PROVISIONED } from '../provisioned.ts'
import type { Engine } from './engine.ts'
import type { Tables } from './tables.ts'

type Sql = Expression<SqlBool>

const TIMES = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const satisfies Record<
  TimeOperator,
  string
>

/** `search_text` is user name, name and address, apart by line ends: what stands before and behind each of them. */
const LINES = { username: ['', '\n%\n%'], name: ['%\n', '\n%'], email: ['%\n%\n', ''] } as const

/** @param engine whose indexes are to be asked; undefined: few rows are looked at anyway */
export function userSql(condition: UserCondition, engine: Engine | undefined): Sql {
  const e = expressionBuilder<Tables, 'users'>()
  switch (condition.kind) {
    case 'and':
      return e.and(condition.of.map((one) => userSql(one, engine)))
    case 'or':
      return e.or(condition.of.map((one) => userSql(one, engine)))
    case 'not':
      return e.not(userSql(condition.of, engine))
    case 'text':
      return userText(condition, engine)
    case 'is': {
      const { member, value } = condition
      if (member === 'sub') return e('id', '=', value)
      return e(
        'id',
        'in',
        e.selectFrom('group_members').select('user_id').where('group_id', '=', value),
      )
    }
    case 'disabled':
      return e('disabled', '=', sql.lit(condition.value ? 1 : 0))
    case 'updatedAt': {
      const isSo = e('updated_at', TIMES[condition.operator], condition.value)
      // Without statistics SQLite would rather go through everybody in the order of ids.
      return engine ? e('id', 'in', e.selectFrom('users').select('id').where(isSo)) : isSo
    }
    case 'has':
      return e('email', 'is not', null)
    case 'provisioned':
      return e('id', 'in', provisioned('user', condition))
  }
}

function userText(
  { member, operator, value }: Extract<UserCondition, { kind: 'text' }>,
  engine: Engine | undefined,
): Sql {
  const e = expressionBuilder<Tables, 'users'>()
  const folded = fold(value)
  if (member === 'username' && operator === 'eq') return e('username_key', '=', folded)
  const [before, behind] = LINES[member]
  const pattern = `${before}${patternOf(operator, folded)}${behind}`
  const like = sql<boolean>`search_text like ${pattern} escape '!'`
  return engine ? e.and([like, engine.searchIndex(folded)]) : like
}

export function groupSql(condition: GroupCondition): Sql {
  const e = expressionBuilder<Tables, 'groups'>()
  switch (condition.kind) {
    case 'and':
      return e.and(condition.of.map(groupSql))
    case 'or':
      return e.or(condition.of.map(groupSql))
    case 'not':
      return e.not(groupSql(condition.of))
    case 'text': {
      const folded = fold(condition.value)
      if (condition.operator === 'eq') return e('name_key', '=', folded.trim())
      return sql<boolean>`name_key like ${patternOf(condition.operator, folded)} escape '!'`
    }
    case 'is': {
      const { member, value } = condition
      if (member === 'id') return e('id', '=', value)
      return e(
        'id',
        'in',
        e.selectFrom('group_members').select('group_id').where('user_id', '=', value),
      )
    }
    case 'updatedAt':
      return e('updated_at', TIMES[condition.operator], condition.value)
    case 'provisioned':
      return e('id', 'in', provisioned('group', condition))
  }
}

function provisioned(kind: ProvisionedKind, { clientId, externalId }: Provisioned) {
  const ids = expressionBuilder<Tables, never>()
    .selectFrom(PROVISIONED[kind])
    .select('id')
    .where('client_id', '=', clientId)
  return externalId === undefined ? ids : ids.where('external_id', '=', externalId)
}

/** For `like` with `!` as its escape. */
function patternOf(operator: TextOperator, folded: string): string {
  const text = folded.replace(/[!%_]/g, '!$&')
  const isOpenBefore = operator === 'co' || operator === 'ew'
  const isOpenBehind = operator === 'co' || operator === 'sw'
  return `${isOpenBefore ? '%' : ''}${text}${isOpenBehind ? '%' : ''}`
}
