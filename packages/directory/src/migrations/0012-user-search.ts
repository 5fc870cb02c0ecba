import { type Kysely, sql } from 'kysely'
import type { EngineName } from '../directory.ts'

/** An index for texts that stand anywhere in `search_text`, of any length and in any script. */
export async function userSearch(db: Kysely<never>, engine: EngineName): Promise<void> {
  const statements = engine === 'postgres' ? POSTGRES : SQLITE
  for (const statement of [...statements, ...BOTH]) await statement.execute(db)
}

/** Few are not active: pages of them need not walk over all the others. */
const BOTH = [
  sql`create index users_disabled on users (id) where disabled = 1`,
  sql`create index users_with_new_password on users (id) where must_change_password = 1`,
]

/**
 * All single characters and pairs. pg_trgm would need an extension that not everybody may create, leaves out what is no letter
 * in the locale of the database (Chinese, with "C"), and has nothing for two characters, which most Chinese names have.
 */
const POSTGRES = [
  sql`
    create function latchkey_grams(t text) returns text[]
    language sql immutable strict parallel safe as $$
      select array_agg(gram) from (
        select substr(t, i, 1) as gram from generate_series(1, length(t)) i
        union
        select substr(t, i, 2) from generate_series(1, length(t) - 1) i
      ) grams
    $$`,
  sql`create index users_by_gram on users using gin (latchkey_grams(search_text))`,
]

/**
 * Triples by FTS5, without a copy of the text. Two line ends at the end let every single character and pair be the beginning
 * of a triple. FTS5 knows rows by numbers, and those of `users` may change in a VACUUM, so they have their own.
 */
const SQLITE = [
  sql`
    create table user_search (
      number integer primary key,
      user_id text not null unique references users (id)
    )`,
  sql`
    create virtual table user_search_text using fts5 (
      text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
    )`,
  sql`create virtual table user_search_grams using fts5vocab (user_search_text, instance)`,
  sql`insert into user_search (user_id) select id from users`,
  sql`
    insert into user_search_text (rowid, text)
    select number, search_text || char(10, 10) from user_search join users on id = user_id`,
  sql`
    create trigger user_search_added after insert on users begin
      insert into user_search (user_id) values (new.id);
      insert into user_search_text (rowid, text)
      select number, new.search_text || char(10, 10) from user_search where user_id = new.id;
    end`,
  sql`
    create trigger user_search_changed after update of search_text on users
    when new.search_text <> old.search_text begin
      update user_search_text set text = new.search_text || char(10, 10)
      where rowid = (select number from user_search where user_id = new.id);
    end`,
  sql`
    create trigger user_search_removed before delete on users begin
      delete from user_search_text
      where rowid = (select number from user_search where user_id = old.id);
      delete from user_search where user_id = old.id;
    end`,
]
