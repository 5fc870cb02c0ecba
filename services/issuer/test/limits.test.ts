import { GRANT_LIMITS } from '@latchkey/permissions'
import { LIMITS } from '@latchkey/protocol'
import t from 'tap'

t.test('the budget of `routes` is the same for who writes it and who reads it', async (t) => {
  t.equal(GRANT_LIMITS.listEntries, LIMITS.routesListEntries)
  t.equal(GRANT_LIMITS.listBytes, LIMITS.routesListBytes)
})
