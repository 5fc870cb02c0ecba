import type { DatabaseSync } from 'node:sqlite'
import { InputError } from '@latchkey/protocol'

/**
 * The tables, step by step; `user_version` counts the steps that a file has taken. A step that was released never
 * changes: what comes later is a new step. SCHEMA.md explains the columns.
 */
export const MIGRATIONS = [
  `
  CREATE TABLE sessions (
    sid TEXT PRIMARY KEY, sub TEXT NOT NULL, handle_hash TEXT NOT NULL, auth_time INTEGER NOT NULL,
    acr TEXT NOT NULL, amr TEXT NOT NULL, created_at INTEGER NOT NULL, idle_expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL, clients TEXT NOT NULL, user_agent TEXT NOT NULL,
    epoch INTEGER NOT NULL, offset INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_user ON sessions (sub, created_at);
  CREATE INDEX sessions_by_end ON sessions (idle_expires_at);

  CREATE TABLE families (
    sid TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE, name TEXT NOT NULL, client_id TEXT NOT NULL,
    scope TEXT NOT NULL, audience TEXT NOT NULL, generation INTEGER NOT NULL, rotated_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL, absolute_expires_at INTEGER NOT NULL, auth_time INTEGER NOT NULL,
    acr TEXT NOT NULL, amr TEXT NOT NULL, epoch INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (sid, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE codes (
    digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, record TEXT NOT NULL, expires_at INTEGER NOT NULL,
    spent INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX codes_by_end ON codes (expires_at);

  CREATE TABLE one_time (
    kind TEXT NOT NULL, purpose TEXT NOT NULL, digest TEXT NOT NULL, value TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, purpose, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX one_time_by_end ON one_time (expires_at);

  CREATE TABLE cuts (
    name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, offset INTEGER NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX cuts_by_end ON cuts (expires_at);

  CREATE TABLE head (
    only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL, offset INTEGER NOT NULL,
    digest TEXT NOT NULL, beats INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE log (
    offset INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, expires_at INTEGER NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  `,
  `
  ALTER TABLE sessions ADD COLUMN userinfo_claims TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE families ADD COLUMN claims TEXT;
  ALTER TABLE families ADD COLUMN details TEXT;
  ALTER TABLE families ADD COLUMN dpop_jkt TEXT;

  CREATE TABLE devices (
    digest TEXT PRIMARY KEY, user_code TEXT UNIQUE, client_id TEXT NOT NULL, record TEXT NOT NULL,
    poll_interval INTEGER NOT NULL, polled_at INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'pending',
    decision TEXT, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX devices_by_end ON devices (expires_at);

  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY, sid TEXT NOT NULL, sub TEXT NOT NULL, client_id TEXT NOT NULL, created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, attempts INTEGER NOT NULL, state TEXT NOT NULL, next_at INTEGER NOT NULL,
    last_outcome TEXT NOT NULL, settled_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_session ON deliveries (sid);
  CREATE INDEX deliveries_by_age ON deliveries (created_at);
  CREATE INDEX deliveries_by_turn ON deliveries (state, next_at);
  CREATE INDEX deliveries_by_end ON deliveries (expires_at) WHERE state = 'waiting';
  CREATE INDEX deliveries_by_settlement ON deliveries (settled_at) WHERE state <> 'waiting';

  CREATE TABLE throttle (
    purpose TEXT NOT NULL, digest TEXT NOT NULL, attempts INTEGER NOT NULL, ends_at INTEGER NOT NULL,
    PRIMARY KEY (purpose, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX throttle_by_end ON throttle (ends_at);
  `,
  `
  CREATE TABLE verifiers (
    name TEXT PRIMARY KEY, presence TEXT NOT NULL, reported_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX verifiers_by_report ON verifiers (reported_at);
  CREATE TABLE processes (process TEXT PRIMARY KEY, reported_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE documents (
    kind TEXT NOT NULL, digest TEXT NOT NULL, text TEXT NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, digest)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX documents_by_end ON documents (expires_at);
  `,
  `
  ALTER TABLE log ADD COLUMN reason TEXT NOT NULL DEFAULT '';
  ALTER TABLE log ADD COLUMN sub TEXT NOT NULL DEFAULT '';
  ALTER TABLE log ADD COLUMN audience TEXT NOT NULL DEFAULT '';
  `,
  `
  CREATE TABLE signals (
    place INTEGER PRIMARY KEY AUTOINCREMENT, stream TEXT NOT NULL, jti TEXT NOT NULL, text TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX signals_by_stream ON signals (stream, place);
  CREATE INDEX signals_by_end ON signals (expires_at);
  CREATE TABLE signal_cursors (
    stream TEXT NOT NULL, partition INTEGER NOT NULL, epoch INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (stream, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE status_places (
    list INTEGER NOT NULL, place INTEGER NOT NULL, facts TEXT NOT NULL, expires_at INTEGER NOT NULL,
    PRIMARY KEY (list, place)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX status_places_by_end ON status_places (expires_at);
  `,
]

/** Brings a file to the newest form. Throws InputError `store-too-new` for a file of a newer Latchkey. */
export function migrate(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version > MIGRATIONS.length) {
    throw new InputError('store-too-new', {
      received: `${file} of form ${version}`,
      expected: `form ${MIGRATIONS.length} or older: run the newer Latchkey that wrote it`,
    })
  }
  for (let step = version; step < MIGRATIONS.length; step++) {
    database.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[step]}; PRAGMA user_version = ${step + 1}; COMMIT`)
  }
}
