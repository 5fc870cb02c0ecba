/** Filters and paths: RFC 7644 sections 3.4.2.2 and 3.5.2. */
import fc from 'fast-check'
import t from 'tap'
import { groupCondition, userCondition } from '../../src/scim/filter/condition-of.ts'
import type { Filter } from '../../src/scim/filter/filter.ts'
import { parseFilter, parsePath } from '../../src/scim/filter/parse-filter.ts'
import { ScimError } from '../../src/scim/scim-error.ts'

const compare = (path: string, operator: string, value: unknown) =>
  ({ kind: 'compare', path, operator, value }) as Filter

t.test('filters are read as the grammar says', async (t) => {
  const a = compare('a', 'eq', 1)
  const b = compare('b', 'ne', 'x')
  const c: Filter = { kind: 'present', path: 'c' }
  const rows: [string, Filter][] = [
    ['userName eq "bjensen"', compare('username', 'eq', 'bjensen')],
    ['name.familyName CO "O\'Malley"', compare('name.familyname', 'co', "O'Malley")],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', compare('username', 'sw', 'J')],
    ['title pr', { kind: 'present', path: 'title' }],
    [
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"',
      compare('urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department', 'eq', 'x'),
    ],
    ['active eq True', compare('active', 'eq', true)],
    ['a eq null', compare('a', 'eq', null)],
    ['a gt -1.5e3', compare('a', 'gt', -1500)],
    ['a eq "q\\"\\u00e9 ) and b"', compare('a', 'eq', 'q"é ) and b')],
    ['a eq 1 and b ne "x" or c pr', { kind: 'or', of: [{ kind: 'and', of: [a, b] }, c] }],
    ['c pr or a eq 1 and b ne "x"', { kind: 'or', of: [c, { kind: 'and', of: [a, b] }] }],
    ['a eq 1 AND (b ne "x" OR c pr)', { kind: 'and', of: [a, { kind: 'or', of: [b, c] }] }],
    ['not (a eq 1)', { kind: 'not', of: a }],
    ['not(a eq 1)and c pr', { kind: 'and', of: [{ kind: 'not', of: a }, c] }],
    [
      'emails[type eq "work" and value co "@x"]',
      {
        kind: 'values',
        path: 'emails',
        of: { kind: 'and', of: [compare('type', 'eq', 'work'), compare('value', 'co', '@x')] },
      },
    ],
  ]
  for (const [text, expected] of rows) t.strictSame(parseFilter(text), expected, text)
})

const typeOf = (call: () => unknown) => {
  try {
    call()
    return 'read'
  } catch (error) {
    return error instanceof ScimError ? error.type : String(error)
  }
}

t.test('what is no filter is invalidFilter', async (t) => {
  const deep = (levels: number) => `${'('.repeat(levels)}a pr${')'.repeat(levels)}`
  const many = (terms: number) => Array.from({ length: terms }, () => 'a pr').join(' or ')
  for (const text of [
    ...['', ' ', 'a', 'a eq', 'eq "x"', 'a eq x', "a eq 'x'", 'a like "x"', 'a eq "x', 'a eq "\n"'],
    ...['a eq "x" b pr', 'a pr and', 'and a pr', 'a pr or or b pr', '(a pr', 'a pr)', '()', 'a[]'],
    ...['a[b pr', 'a[b pr].c', 'not a pr', 'a eq 01', 'a eq {}', 'a eq []', 'a; drop', '"a" eq 1'],
    ...['.a pr', 'a. pr', 'a.b.c pr', '1a pr', 'a eq "\\x"', 'a pr\0', deep(9), many(65)],
    `a eq "${'x'.repeat(4096)}"`,
  ]) {
    t.equal(
      typeOf(() => parseFilter(text)),
      'invalidFilter',
      text.slice(0, 60),
    )
  }
  t.equal(
    typeOf(() => parseFilter(deep(8))),
    'read',
  )
  t.equal(
    typeOf(() => parseFilter(many(64))),
    'read',
  )
})

t.test('attack H5: whatever the text, it is a filter or invalidFilter', async (t) => {
  const word = fc.constantFrom(
    ...['userName', 'emails', 'eq', 'and', 'or', 'not', 'pr', '(', ')', '[', ']', '"x"', 'true'],
    ...['"', '\\', "' or 1=1 --", '__proto__', 'constructor.name', 'meta.lastModified', '1', '.'],
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 12 }).map((all) => all.join(' ')),
  )
  fc.assert(
    fc.property(text, (one) => {
      const outcome = typeOf(() => {
        const filter = parseFilter(one)
        return [userCondition(filter, 'hr'), groupCondition(filter, 'hr')]
      })
      return outcome === 'read' || outcome === 'invalidFilter'
    }),
    { numRuns: 3000, seed: 7644 },
  )
  fc.assert(
    fc.property(text, (one) =>
      ['read', 'invalidPath'].includes(String(typeOf(() => parsePath(one)))),
    ),
    { numRuns: 2000, seed: 7644 },
  )
  t.pass('thousands of texts')
})

t.test('paths name an attribute, some of its values, and a part of them', async (t) => {
  const filter = compare('type', 'eq', 'work')
  const rows: [string, object | undefined][] = [
    ['members', { attribute: 'members' }],
    ['name.familyName', { attribute: 'name.familyName' }],
    ['emails[type eq "work"]', { attribute: 'emails', filter }],
    ['emails[type eq "work"].value', { attribute: 'emails', filter, sub: 'value' }],
    ...['', ' ', 'a b', 'a[', 'a[]', 'a[type eq "work"]value', 'a[type eq "work"].', '[a pr]'].map(
      (text) => [text, undefined] as [string, undefined],
    ),
    ['a[type eq "work"].b.c', undefined],
  ]
  for (const [text, expected] of rows) {
    if (expected) t.strictSame(parsePath(text), expected, text)
    else
      t.equal(
        typeOf(() => parsePath(text)),
        'invalidPath',
        text,
      )
  }
})

t.test('only what an index answers can be asked for', async (t) => {
  const is = (member: string, value: string) => ({ kind: 'is', member, value })
  const at = (operator: string, value: number) => ({ kind: 'updatedAt', operator, value })
  const name = (operator: string, value: string) => ({
    kind: 'text',
    member: 'name',
    operator,
    value,
  })
  const PROVISIONED = { kind: 'provisioned', clientId: 'hr' }
  const rows: [string, object | undefined][] = [
    ['id eq "u_1"', is('sub', 'u_1')],
    ['externalId ne "x"', { kind: 'not', of: { ...PROVISIONED, externalId: 'x' } }],
    ['externalId pr', PROVISIONED],
    ['displayName ew "x"', name('ew', 'x')],
    ['active ne "True"', { kind: 'not', of: { kind: 'disabled', value: false } }],
    ['emails pr', { kind: 'has', member: 'email' }],
    ['emails[type eq "home"]', { kind: 'or', of: [] }],
    ['groups.value eq "g_1"', is('group', 'g_1')],
    ['userName pr', { kind: 'and', of: [] }],
    ['meta.lastModified gt "2023-11-14T22:13:20.5Z"', at('gt', 1_700_000_000)],
    ['meta.lastModified ge "2023-11-14T22:13:20.5Z"', at('ge', 1_700_000_001)],
    ['meta.lastModified lt "2023-11-14T22:13:20.5Z"', at('lt', 1_700_000_001)],
    ['meta.lastModified le "2023-11-14T22:13:20.5Z"', at('le', 1_700_000_000)],
    ['meta.lastModified eq "2023-11-14T22:13:20Z"', at('eq', 1_700_000_000)],
    ['meta.lastModified eq "2023-11-14T22:13:20.5Z"', { kind: 'or', of: [] }],
    ...[
      ...['password eq "x"', 'roles.value eq "admin"', 'name.givenName eq "x"', 'userName gt "a"'],
      ...['id co "u"', 'active eq "yes"', 'active eq 1', 'userName eq 7', 'userName eq null'],
      ...[
        'meta.lastModified gt "soon"',
        'meta.lastModified co "2023"',
        'groups pr',
        '__proto__ pr',
      ],
      ...[
        'emails[emails[value eq "x"]]',
        'constructor eq "x"',
        'title pr',
        'meta.created gt "2023"',
      ],
    ].map((text) => [text, undefined] as [string, undefined]),
  ]
  for (const [text, expected] of rows) {
    if (expected) t.strictSame(userCondition(parseFilter(text), 'hr'), expected, text)
    else
      t.equal(
        typeOf(() => userCondition(parseFilter(text), 'hr')),
        'invalidFilter',
        text,
      )
  }
  t.strictSame(groupCondition(parseFilter('members[value eq "u_1"]'), 'hr'), is('member', 'u_1'))
  t.equal(
    typeOf(() => groupCondition(parseFilter('userName eq "x"'), 'hr')),
    'invalidFilter',
  )
})
