import t from 'tap'
import { applyDeclared, type UserProfile } from '../src/index.ts'
import { memoryDirectory } from './fixtures/open-directory.ts'

const FULL: UserProfile = {
  given_name: 'Ada',
  family_name: 'Lovelace',
  middle_name: 'King',
  nickname: 'ada',
  profile: 'https://people.example/ada',
  picture: 'http://people.example/ada.png?size=2',
  website: 'https://ada.example/',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  phone_number: '+442071234567',
  phone_number_verified: true,
  address: {
    formatted: "12 St James's Square\r\nLondon\n",
    street_address: "12 St James's Square\n2nd floor",
    locality: 'London',
    region: 'Greater London',
    postal_code: 'SW1Y 4JH',
    country: 'England',
  },
}

t.test('Core section 5.1: claims are kept as they are given, and replaced together', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub, profile } = await users.create({ username: 'ada', profile: FULL })
  t.strictSame(profile, FULL)
  t.strictSame((await users.find(sub))?.profile, FULL)
  t.strictSame((await users.update(sub, { name: 'Ada' })).profile, FULL, 'not given, not changed')
  t.strictSame((await users.update(sub, { profile: { nickname: 'a' } })).profile, { nickname: 'a' })
  const nothing = { nickname: '', phone_number: '', address: { country: '' } }
  t.strictSame((await users.update(sub, { profile: nothing })).profile, {}, 'empty is nothing')
  t.strictSame((await users.create({ username: 'bob' })).profile, {})
})

t.test('claims that pass', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub } = await users.create({ username: 'ada' })
  const cases: UserProfile[] = [
    { given_name: 'x'.repeat(256) },
    { birthdate: '0000-02-29' },
    { birthdate: '2000-02-29' },
    { birthdate: '1815' },
    { zoneinfo: 'UTC' },
    { zoneinfo: 'America/Argentina/Buenos_Aires' },
    { zoneinfo: 'Etc/GMT+1' },
    { phone_number: '+12' },
    { phone_number: '+123456789012345' },
    { phone_number_verified: false },
    { address: { formatted: 'x'.repeat(1024) } },
  ]
  for (const profile of cases) {
    t.strictSame((await users.update(sub, { profile })).profile, profile, JSON.stringify(profile))
  }
})

t.test('claims that are refused', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub } = await users.create({ username: 'ada', profile: FULL })
  const cases: [where: string, profile: object][] = [
    ['profile', { sub: 'u_1' }],
    ['profile', { email: 'a@a.example' }],
    ['profile.given_name', { given_name: 'a\nb' }],
    ['profile.given_name', { given_name: 'x'.repeat(257) }],
    ['profile.nickname', { nickname: 7 }],
    ['profile.gender', { gender: '\u202ex' }],
    ['profile.picture', { picture: 'javascript:alert(1)' }],
    ['profile.picture', { picture: 'DATA:image/svg+xml,x' }],
    ['profile.website', { website: 'ada.example' }],
    ['profile.profile', { profile: 'https://user:password@people.example/' }],
    ['profile.birthdate', { birthdate: '0000' }],
    ['profile.birthdate', { birthdate: '2001-02-29' }],
    ['profile.birthdate', { birthdate: '1815-13-01' }],
    ['profile.birthdate', { birthdate: '10.12.1815' }],
    ['profile.birthdate', { birthdate: '1815-12' }],
    ['profile.zoneinfo', { zoneinfo: 'London' }],
    ['profile.zoneinfo', { zoneinfo: '+01:00' }],
    ['profile.zoneinfo', { zoneinfo: 'Europe/London\n' }],
    ['profile.phone_number', { phone_number: '02071234567' }],
    ['profile.phone_number', { phone_number: '+0123' }],
    ['profile.phone_number', { phone_number: '+44 20 7123 4567' }],
    ['profile.phone_number', { phone_number: '+1234567890123456' }],
    ['profile.phone_number_verified', { phone_number_verified: true }],
    ['profile.phone_number_verified', { phone_number_verified: 'true' }],
    ['profile.address', { address: 'London' }],
    ['profile.address', { address: { city: 'London' } }],
    ['profile.address.locality', { address: { locality: 'a\nb' } }],
    ['profile.address.formatted', { address: { formatted: 'a\u0000b' } }],
    ['profile.address.country', { address: { country: 'x'.repeat(1025) } }],
  ]
  for (const [where, profile] of cases) {
    const refused = { name: 'InputError', code: 'profile', where }
    await t.rejects(users.update(sub, { profile }), refused, JSON.stringify(profile))
    await t.rejects(users.create({ username: 'bob', profile }), refused)
  }
  t.strictSame((await users.find(sub))?.profile, FULL)
})

t.test('of the claims of a declared person only those change that are given', async (t) => {
  const directory = await memoryDirectory(t)
  const { sub } = await directory.users.create({ username: 'ada', profile: FULL })
  const declared = {
    users: [{ username: 'ada', profile: { nickname: 'A', address: { country: 'UK' } } }],
  }
  const applied = async () => applyDeclared(directory, declared, { now: 1 })
  t.strictSame((await applied()).updated, ['user ada'])
  const { profile } = (await directory.users.find(sub)) ?? {}
  t.strictSame(profile, { ...FULL, nickname: 'A', address: { country: 'UK' } })
  t.strictSame((await applied()).unchanged, ['user ada'])
  const bad = { users: [{ username: 'ada', profile: { birthdate: 'x' } }] }
  await t.rejects(applyDeclared(directory, bad, { now: 1 }), {
    code: 'profile',
    where: 'users[0].profile.birthdate',
  })
})

t.test('the secret of one-time codes is kept as it is given, apart from the user', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub, hasOneTimeCode } = await users.create({ username: 'ada' })
  t.equal(hasOneTimeCode, false)
  t.equal(await users.oneTimeCodeSecret(sub), undefined)
  await users.setOneTimeCodeSecret(sub, 'wrapped')
  t.equal(await users.oneTimeCodeSecret(sub), 'wrapped')
  const user = await users.find(sub)
  t.equal(user?.hasOneTimeCode, true)
  t.notMatch(JSON.stringify(user), 'wrapped')
  await users.setOneTimeCodeSecret(sub, null)
  t.equal(await users.oneTimeCodeSecret(sub), undefined)
  t.equal((await users.find(sub))?.hasOneTimeCode, false)

  t.equal(await users.oneTimeCodeSecret('u_nobody'), undefined)
  await t.rejects(users.setOneTimeCodeSecret('u_nobody', 'x'), { code: 'unknown-user' })
  await t.rejects(users.setOneTimeCodeSecret(sub, ''), { code: 'one-time-code' })
  await t.rejects(users.setOneTimeCodeSecret(sub, 'x'.repeat(2049)), { code: 'one-time-code' })
  await t.resolves(users.setOneTimeCodeSecret(sub, 'x'.repeat(2048)))
})
