import { deriveKey } from '@latchkey/tokens'
import t from 'tap'
import { type SubjectClient, subjects } from '../src/minting/subject.ts'

const ADA = 'u_01JD0000000000000000000ADA'

t.test('OpenID Connect Core section 8: subjects', async (t) => {
  const subjectFor = subjects(deriveKey(Buffer.alloc(32, 7), 'latchkey/pairwise/v1'))
  const shared: SubjectClient = { id: 'shared', subjectType: 'public' }
  const pairwise = (sectorHost: string): SubjectClient => ({
    id: 'app',
    subjectType: 'pairwise',
    sectorHost,
  })

  t.test('a public client gets the own subject of the person', async (t) => {
    t.equal(subjectFor(shared, ADA), ADA)
  })
  t.test('a pairwise client gets one that never changes', async (t) => {
    t.equal(
      subjectFor(pairwise('app.example'), ADA),
      'p_Qdy7kDTCDsSuQcZUBPAo6ZQa8B-gKvtkgt8gHItJjvY',
    )
  })
  t.test('clients of one sector know the same person', async (t) => {
    const other = { ...pairwise('app.example'), id: 'other' }
    t.equal(subjectFor(other, ADA), subjectFor(pairwise('app.example'), ADA))
  })
  t.test('another sector, another person or another master key gives another one', async (t) => {
    const elsewhere = subjects(deriveKey(Buffer.alloc(32, 8), 'latchkey/pairwise/v1'))
    const all = [
      subjectFor(pairwise('app.example'), ADA),
      subjectFor(pairwise('app.example.net'), ADA),
      subjectFor(pairwise('app.example'), `${ADA}A`),
      elsewhere(pairwise('app.example'), ADA),
    ]
    t.equal(new Set(all).size, all.length)
    for (const sub of all) t.match(sub, /^p_[A-Za-z0-9_-]{43}$/)
  })
  t.test('the border between sector and person counts', async (t) => {
    const [left, right] = ['app.exampleu_', 'app.example']
    t.not(subjectFor(pairwise(left), 'u_1'), subjectFor(pairwise(right), 'u_u_1'))
  })
  t.test('machines are the same for everybody', async (t) => {
    t.equal(subjectFor(pairwise('app.example'), 'svc:job'), 'svc:job')
  })
  t.test('a pairwise client without a sector is a fault, not a public one', async (t) => {
    t.throws(() => subjectFor({ id: 'app', subjectType: 'pairwise' }, ADA), /without its sector/)
  })
})
