import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LevinError } from '../../errors/levin-error.ts';
import { isBusy, sqliteError } from './sqlite-errors.ts';
import { refuseDamaged, refuseEmptied } from './sqlite-inspect.ts';

/** Raised when the table changes; a file of another version is refused. */
const SCHEMA_VERSION = 2;

/** While a file is made by several processes at once, and when the one that switches the journal mode holds every lock. */
const OPEN_PATIENCE_MS = 10_000;

/** SQLite waits for a lock without letting anything else run: longer waits are ours, between turns of the event loop. */
const LOCK_WAIT_MS = 20;

/** The statements of one open database. */
export interface SqliteTable {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly rollback: StatementSync;
  /** `partition, sort` → `{ item }` */
  readonly get: StatementSync;
  /** `partition, sort, item` */
  readonly put: StatementSync;
  /** `partition, sort` */
  readonly delete: StatementSync;
  /** `partition, at least this sort, limit` → `{ sort, item }` in order */
  readonly queryFrom: StatementSync;
  /** `partition, after this sort, limit` → `{ sort, item }` in order */
  readonly queryAfter: StatementSync;
  close(): void;
}

/**
 * Opens or makes the database file and its folder.
 * @param dataFolder what the items tell of: given, the file is looked through first.
 */
export function openSqliteTable(file: string, dataFolder: string | null): SqliteTable {
  const path = resolve(file);
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (dataFolder !== null) refuseEmptied(path, dataFolder);
    const database = new (loadDatabaseClass())(path, { timeout: OPEN_PATIENCE_MS });
    try {
      if (dataFolder !== null) refuseDamaged(database, path);
      prepareDatabase(database, path);
      return tableOf(database);
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw sqliteError(error, path);
  }
}

/** Loaded on first use, for a job that needs no metadata file; and without the warning that some Node versions print. */
function loadDatabaseClass(): typeof DatabaseSync {
  const emitWarning = process.emitWarning;
  process.emitWarning = (...args: unknown[]): void => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) Reflect.apply(emitWarning, process, args);
  };
  try {
    return process.getBuiltinModule('node:sqlite').DatabaseSync;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function prepareDatabase(database: DatabaseSync, path: string): void {
  useWal(database);
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec('BEGIN IMMEDIATE');
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version === 0) {
    database.exec(
      'CREATE TABLE items (partition TEXT NOT NULL, sort TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (partition, sort)) STRICT, WITHOUT ROWID',
    );
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  }
  database.exec('COMMIT');
  database.exec(`PRAGMA busy_timeout = ${LOCK_WAIT_MS}`);
  if (version === 0 || version === SCHEMA_VERSION) return;
  throw new LevinError({
    code: 'STATE_FORMAT',
    fault: 'user',
    message: `The state file ${path} has format ${version}, and this version of levin reads format ${SCHEMA_VERSION}. Use the version that wrote it, or another state folder.`,
    details: { path, version },
  });
}

/** SQLite does not wait by itself for the lock that the change of journal mode needs. */
function useWal(database: DatabaseSync): void {
  const deadline = performance.now() + OPEN_PATIENCE_MS;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function tableOf(database: DatabaseSync): SqliteTable {
  const query = (comparison: '>' | '>='): StatementSync =>
    database.prepare(`SELECT sort, item FROM items WHERE partition = ? AND sort ${comparison} ? ORDER BY sort LIMIT ?`);
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    get: database.prepare('SELECT item FROM items WHERE partition = ? AND sort = ?'),
    put: database.prepare('INSERT INTO items VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET item = excluded.item'),
    delete: database.prepare('DELETE FROM items WHERE partition = ? AND sort = ?'),
    queryFrom: query('>='),
    queryAfter: query('>'),
    close: () => database.close(),
  };
}
