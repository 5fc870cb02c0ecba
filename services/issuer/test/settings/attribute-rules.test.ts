import type { User } from '@latchkey/directory'
import t from 'tap'
import { discoveryDocument } from '../../src/endpoints/discovery.ts'
import { personClaims } from '../../src/minting/person-claims.ts'
import { faultsOf, LOCAL, load } from '../fixtures/settings-folder.ts'

/** What the operator keeps about people, and what apps see of it. */

const yaml = `${LOCAL}
attributes:
  - { name: department, type: text, required: true, max: 32, claim: https://example.com/dept }
  - { name: badge, type: number, claim: badge, scope: address }
  - { name: salary, type: number }
`

const ada = {
  ...{ sub: 'u_1', username: 'ada', name: 'Ada', emailVerified: false, disabled: false },
  ...{ mustChangePassword: false, roles: [], groups: [], grants: [], profile: {} },
  ...{ hasOneTimeCode: false, createdAt: 1, updatedAt: 2 },
  attributes: { department: 'Physics', badge: 7, salary: 1 },
} satisfies User

t.test('apps see an attribute under its claim, when its scope is allowed, and no other', (t) => {
  const { attributes } = load(t, { yaml })
  t.match(attributes, [{ name: 'department', scope: 'profile' }, {}, { name: 'salary' }])
  const seen = (scope: string, named: string[] = []) => {
    const {
      'https://example.com/dept': dept,
      badge,
      salary,
    } = personClaims(ada, scope, named, attributes)
    return [dept, badge, salary]
  }
  t.strictSame(seen('openid profile'), ['Physics', undefined, undefined])
  t.strictSame(seen('openid address'), [undefined, 7, undefined])
  t.strictSame(seen('openid', ['badge', 'salary']), [undefined, undefined, undefined], 'by name')
  t.strictSame(personClaims({ ...ada, attributes: {} }, 'address', [], attributes), {})
  const settings = { issuer: 'https://sso.example.com', languages: ['en'] as const, attributes }
  const { claims_supported: claims } = discoveryDocument({ ...settings, grantTypes: [] })
  t.strictSame(claims.slice(-2), ['https://example.com/dept', 'badge'])
  t.end()
})

t.test('attributes that cannot be kept are refused with their place', (t) => {
  const cases: [rules: string, code: string][] = [
    ['- { name: 1st, type: text }', 'bad-form'],
    ['- { name: a, type: texts }', 'not-a-choice'],
    ['- { name: a }', 'missing-setting'],
    ['- { name: a, type: text, max: 0 }', 'not-in-range'],
    ['- { name: a, type: text, claim: sub }', 'bad-attributes'],
    ['- { name: a, type: text, claim: email }', 'bad-attributes'],
    ['- { name: a, type: text, claim: x, scope: openid }', 'not-a-choice'],
    ['- { name: a, type: text }\n  - { name: a, type: date }', 'bad-attributes'],
    ['- { name: a, type: text, claims: x }', 'unknown-setting'],
    ['a', 'not-a-list'],
  ]
  for (const [rules, code] of cases) {
    const faults = faultsOf(t, { yaml: `${LOCAL}attributes:\n  ${rules}\n` }).join('\n')
    t.match(faults, code, rules)
    t.match(faults, /latchkey\.yaml:[34]/, rules)
  }
  t.end()
})
