/** Filters as conditions that the directory answers: only attributes with an index can be asked for. */
import type {
  GroupCondition,
  Provisioned,
  TextOperator,
  TimeOperator,
  UserCondition,
} from '@latchkey/directory'
import { ScimError } from '../scim-error.ts'
import type { Filter, FilterValue, Operator } from './filter.ts'

interface Asked<Condition> {
  /** Undefined: not with this operator, or not with such a value. */
  compare(operator: Operator, value: FilterValue): Condition | undefined
  /** It is always there when this is absent. */
  readonly present?: Condition
}

type Attributes<Condition> = Readonly<Record<string, Asked<Condition>>>

/** Every thing has it; nothing has it. */
const ALWAYS = { kind: 'and', of: [] } as const
const NEVER = { kind: 'or', of: [] } as const

const hasEmail = { kind: 'has', member: 'email' } as const

const USER: Attributes<UserCondition> = {
  id: equal((value) => ({ kind: 'is', member: 'sub', value })),
  username: text((operator, value) => ({ kind: 'text', member: 'username', operator, value })),
  displayname: text((operator, value) => ({ kind: 'text', member: 'name', operator, value })),
  'name.formatted': text((operator, value) => ({ kind: 'text', member: 'name', operator, value })),
  emails: { ...email(), present: hasEmail },
  'emails.value': { ...email(), present: hasEmail },
  // There is one address, and it is told as this.
  'emails.type': {
    ...equal<UserCondition>((value) => (value.toLowerCase() === 'work' ? hasEmail : NEVER)),
    present: hasEmail,
  },
  'emails.primary': {
    ...flag<UserCondition>((isPrimary) => (isPrimary ? hasEmail : NEVER)),
    present: hasEmail,
  },
  active: flag((isActive) => ({ kind: 'disabled', value: !isActive })),
  groups: equal((value) => ({ kind: 'is', member: 'group', value })),
  'groups.value': equal((value) => ({ kind: 'is', member: 'group', value })),
  'meta.lastmodified': time(),
}

const GROUP: Attributes<GroupCondition> = {
  id: equal((value) => ({ kind: 'is', member: 'id', value })),
  displayname: text((operator, value) => ({ kind: 'text', member: 'name', operator, value })),
  members: equal((value) => ({ kind: 'is', member: 'member', value })),
  'members.value': equal((value) => ({ kind: 'is', member: 'member', value })),
  'meta.lastmodified': time(),
}

/**
 * @param clientId whose external ids are meant
 * @throws ScimError `invalidFilter` for what the directory cannot answer
 */
export function userCondition(filter: Filter, clientId: string): UserCondition {
  return conditionOf(filter, { ...USER, externalid: provisionedBy(clientId) })
}

/**
 * @param clientId whose external ids are meant
 * @throws ScimError `invalidFilter` for what the directory cannot answer
 */
export function groupCondition(filter: Filter, clientId: string): GroupCondition {
  return conditionOf(filter, { ...GROUP, externalid: provisionedBy(clientId) })
}

function provisionedBy(clientId: string): Asked<Provisioned> {
  return {
    ...equal((externalId) => ({ kind: 'provisioned', clientId, externalId })),
    present: { kind: 'provisioned', clientId },
  }
}

type Combining<Condition> =
  | { kind: 'and' | 'or'; of: Condition[] }
  | { kind: 'not'; of: Condition }
  | typeof ALWAYS

function conditionOf<Condition>(
  filter: Filter,
  attributes: Attributes<Condition>,
  inside = '',
): Condition {
  const both = (made: Combining<Condition>) => made as unknown as Condition
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const of = filter.of.map((one) => conditionOf(one, attributes, inside))
      return both({ kind: filter.kind, of })
    }
    case 'not':
      return both({ kind: 'not', of: conditionOf(filter.of, attributes, inside) })
    case 'values':
      if (inside !== '') throw notAsked(`${inside}${filter.path}`, attributes)
      return conditionOf(filter.of, attributes, `${filter.path}.`)
    case 'present': {
      const asked = find(`${inside}${filter.path}`, attributes)
      if (/^(?:groups|members)/.test(inside + filter.path)) throw notAsked(filter.path, attributes)
      return asked.present ?? both(ALWAYS)
    }
    case 'compare': {
      const path = `${inside}${filter.path}`
      const asked = find(path, attributes)
      const isNegated = filter.operator === 'ne'
      const made = asked.compare(isNegated ? 'eq' : filter.operator, filter.value)
      if (made === undefined) {
        throw new ScimError(
          'invalidFilter',
          `${path} cannot be compared by ${filter.operator} with that`,
        )
      }
      return isNegated ? both({ kind: 'not', of: made }) : made
    }
  }
}

function find<Condition>(path: string, attributes: Attributes<Condition>): Asked<Condition> {
  const asked = Object.hasOwn(attributes, path) ? attributes[path] : undefined
  if (asked === undefined) throw notAsked(path, attributes)
  return asked
}

function notAsked(path: string, attributes: Attributes<unknown>): ScimError {
  const known = Object.keys(attributes).join(', ')
  return new ScimError('invalidFilter', `${path} cannot be asked for; there are ${known}`)
}

function text<Condition>(
  make: (operator: TextOperator, value: string) => Condition,
): Asked<Condition> {
  const operators: ReadonlySet<string> = new Set(['eq', 'co', 'sw', 'ew'])
  return {
    compare: (operator, value) =>
      typeof value === 'string' && operators.has(operator)
        ? make(operator as TextOperator, value)
        : undefined,
  }
}

function email(): Asked<UserCondition> {
  return text((operator, value) => ({ kind: 'text', member: 'email', operator, value }))
}

function equal<Condition>(make: (value: string) => Condition): Asked<Condition> {
  return {
    compare: (operator, value) =>
      operator === 'eq' && typeof value === 'string' ? make(value) : undefined,
  }
}

/** Some clients write booleans as texts. */
function flag<Condition>(make: (value: boolean) => Condition): Asked<Condition> {
  return {
    compare: (operator, value) => {
      const given = String(value).toLowerCase()
      const isFlag = given === 'true' || given === 'false'
      return operator === 'eq' && isFlag ? make(given === 'true') : undefined
    },
  }
}

/** The directory knows whole seconds. */
function time(): Asked<Extract<UserCondition & GroupCondition, { kind: 'updatedAt' }>> &
  Asked<never> {
  const make = (operator: TimeOperator, value: number) =>
    ({ kind: 'updatedAt', operator, value }) as never
  return {
    compare: (operator, value) => {
      const seconds = typeof value === 'string' ? Date.parse(value) / 1000 : Number.NaN
      if (Number.isNaN(seconds)) return undefined
      const [floor, ceil] = [Math.floor(seconds), Math.ceil(seconds)]
      if (operator === 'eq') return floor === ceil ? make('eq', floor) : (NEVER as never)
      if (operator === 'gt' || operator === 'le') return make(operator, floor)
      if (operator === 'ge' || operator === 'lt') return make(operator, ceil)
      return undefined
    },
  }
}
