import { type Clock, InputError, LIMITS, nowSeconds } from '@latchkey/protocol'
import { distinctTexts } from './checks/at-most.ts'
import { checkAudience } from './checks/audience.ts'
import { checkGrant } from './checks/grants.ts'
import { quoted } from './checks/text.ts'
import type { Consent, Consents } from './directory.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { json, textList } from './sql/columns.ts'
import type { Queries, Sql } from './sql/sql.ts'
import type { ConsentRow } from './sql/tables.ts'

/** RFC 6749 appendix A.4. */
const SCOPE_WORD = /^[\x21\x23-\x5b\x5d-\x7e]+$/

export function consentsIn({ sql, clock }: { sql: Sql; clock: Clock }): Consents {
  return {
    find: (sub, clientId) => sql.read((db) => findConsent(db, sub, clientId)),
    save: (consent) =>
      sql.write(async (db) => {
        checkConsent(consent)
        await saveConsent(db, consent, nowSeconds(clock))
        return (await findConsent(db, consent.sub, consent.clientId)) as Consent
      }),
    remove: (sub, clientId) =>
      sql.write(async (db) => {
        const result = await db
          .deleteFrom('consents')
          .where('user_id', '=', sub)
          .where('client_id', '=', clientId)
          .executeTakeFirst()
        return result.numDeletedRows === 1n
      }),
    list: (sub) =>
      sql.read(async (db) => {
        const rows = await db
          .selectFrom('consents')
          .selectAll()
          .where('user_id', '=', sub)
          .orderBy('granted_at', 'desc')
          .orderBy('client_id')
          .execute()
        return rows.map(consentOf)
      }),
  }
}

async function findConsent(db: Queries, sub: string, clientId: string) {
  const row = await db
    .selectFrom('consents')
    .selectAll()
    .where('user_id', '=', sub)
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return row && consentOf(row)
}

async function saveConsent(
  db: Queries,
  consent: Parameters<Consents['save']>[0],
  now: number,
): Promise<void> {
  const { sub, clientId } = consent
  await requireRow(db, 'users', sub, 'sub')
  await requireRow(db, 'clients', clientId, 'clientId')
  const columns = {
    granted: JSON.stringify(consent.granted),
    declined: JSON.stringify(consent.declined),
    audiences: JSON.stringify(consent.audiences),
    routes: json(consent.routes),
    updated_at: now,
  }
  await db
    .insertInto('consents')
    .values({ user_id: sub, client_id: clientId, granted_at: now, ...columns })
    .onConflict((clash) => clash.columns(['user_id', 'client_id']).doUpdateSet(columns))
    .execute()
}

async function requireRow(
  db: Queries,
  table: 'users' | 'clients',
  id: string,
  where: string,
): Promise<void> {
  const row = await db.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst()
  if (row !== undefined) return
  const code = table === 'users' ? 'unknown-user' : 'unknown-client'
  throw new InputError(code, { received: quoted(id), expected: 'one that there is', where })
}

function checkConsent(consent: Parameters<Consents['save']>[0]): void {
  const { granted, declined, audiences, routes = {} } = consent
  checkWords(granted, 'granted')
  checkWords(declined, 'declined')
  // One list after the other: a word cannot be both.
  distinctTexts(DIRECTORY_LIMITS.scopesPerConsent, [...granted, ...declined], 'granted+declined')
  distinctTexts(DIRECTORY_LIMITS.servicesPerClient, audiences, 'audiences')
  for (const [index, audience] of audiences.entries())
    checkAudience(audience, `audiences[${index}]`)
  for (const [audience, grants] of Object.entries(routes)) checkRoutes(audience, grants, audiences)
}

function checkRoutes(
  audience: string,
  grants: readonly string[],
  audiences: readonly string[],
): void {
  if (!audiences.includes(audience)) {
    throw new InputError('unknown-audience', {
      received: quoted(audience),
      expected: 'one of the audiences',
      where: 'routes',
    })
  }
  const where = `routes[${audience}]`
  distinctTexts(DIRECTORY_LIMITS.grantsPerOwner, grants, where)
  for (const grant of grants) checkGrant(grant, where)
}

function checkWords(words: readonly string[], where: string): void {
  for (const [index, word] of words.entries()) {
    if (SCOPE_WORD.test(word) && word.length <= LIMITS.scopeChars) continue
    throw new InputError('scope-word', {
      received: quoted(word),
      expected: 'a word of a scope (RFC 6749 appendix A.4)',
      where: `${where}[${index}]`,
    })
  }
}

function consentOf(row: ConsentRow): Consent {
  return {
    sub: row.user_id,
    clientId: row.client_id,
    granted: textList(row.granted),
    declined: textList(row.declined),
    audiences: textList(row.audiences),
    ...(row.routes !== null && { routes: JSON.parse(row.routes) }),
    grantedAt: row.granted_at,
    updatedAt: row.updated_at,
  }
}
