import { type AttributeRule, DIRECTORY_LIMITS } from '@latchkey/directory'
import { CLAIMS, SCOPE_CLAIMS } from '../minting/claim-names.ts'
import { optional, required, type Values, withDefault } from './field.ts'
import { given } from './given.ts'
import { choice, flag, integer, type Kind, pattern } from './kinds.ts'
import { show } from './located.ts'
import { readRecords } from './read-fields.ts'

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
const SCOPES = Object.keys(SCOPE_CLAIMS) as (keyof typeof SCOPE_CLAIMS)[]

export const ATTRIBUTE_FIELDS = {
  name: required(pattern(NAME, 'letters, digits and _, beginning with a letter'), 'Its name.'),
  type: required(
    choice('text', 'number', 'boolean', 'date', 'list'),
    '`date` is a day such as `2027-01-31`; `list` is of texts.',
  ),
  required: withDefault(
    flag(),
    false,
    'Every user has it. Those who are there already keep lacking it.',
  ),
  max: optional(
    integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    'Characters of a text (default 1024), the greatest number (default: none), entries of a list (default 64).',
  ),
  claim: optional(
    pattern(/^[A-Za-z][\w.:/-]{0,127}$/, 'the name of a claim'),
    'Apps see it under this name. Without it they never do.',
  ),
  scope: withDefault(
    choice(...SCOPES),
    'profile',
    'What an app must ask for to see the claim; people are asked about it.',
  ),
} as const

/** What may be kept about users besides the claims of OpenID Connect. */
export function attributeRules(): Kind<AttributeRule[]> {
  const shape = 'a list of attributes'
  const members = Object.entries(ATTRIBUTE_FIELDS)
  const item = {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, { kind }]) => [name, kind.schema])),
    required: ['name', 'type'],
    additionalProperties: false,
  }
  return {
    shape,
    schema: { type: 'array', items: item, maxItems: DIRECTORY_LIMITS.attributesPerUser },
    read: (found, reading) => {
      // None of the fields is a secret, so that nothing else of a file's reading is looked at.
      const whole = { ...reading, env: {}, notePlainSecret: () => {} }
      const rules = readRecords(found, ATTRIBUTE_FIELDS, whole).map((one) =>
        ruleOf(Object.fromEntries(one) as Values<typeof ATTRIBUTE_FIELDS>),
      )
      const refuse = (received: string, expected: string) =>
        reading.report({ at: found.at, code: 'bad-attributes', received, expected })
      refuseClashes(rules, refuse)
      if (rules.length > DIRECTORY_LIMITS.attributesPerUser) {
        refuse(show(found), `${shape}, at most ${DIRECTORY_LIMITS.attributesPerUser}`)
      }
      return rules
    },
  }
}

function ruleOf({ scope, ...rule }: Values<typeof ATTRIBUTE_FIELDS>): AttributeRule {
  return given({ ...rule, scope: rule.claim === undefined ? undefined : scope })
}

/** Two with one name would be one; a claim of the protocol would be replaced. */
function refuseClashes(
  rules: readonly AttributeRule[],
  refuse: (received: string, expected: string) => void,
): void {
  const [names, claims] = [new Set<string>(), new Set<string>(CLAIMS)]
  for (const { name, claim } of rules) {
    if (names.has(name)) refuse(`${name} again`, 'each name once')
    names.add(name)
    if (claim === undefined) continue
    if (claims.has(claim)) refuse(`the claim ${claim}`, 'a claim that is not in use')
    claims.add(claim)
  }
}
