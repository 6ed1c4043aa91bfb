import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sqliteError } from '../../../engine/adapters/local/sqlite-errors.ts';
import { createSqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import { type TemporaryFolder, temporaryFolder } from '../../contract/temporary-folder.ts';

const clock = { now: (): number => 0 };
const KEY = { partition: 'p', sort: 'a' };

/** Ends once the event loop has come round. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let folder: TemporaryFolder;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'new', 'state.db');
});

afterEach(() => folder.remove());

describe('one file', () => {
  test('keeps its items when it is opened again, and is shared by all who have it open', async () => {
    const first = createSqliteMetadataStore({ file, clock });
    await first.put(KEY, { a: 1 });
    const second = createSqliteMetadataStore({ file, clock });
    expect(await second.get(KEY)).toEqual({ a: 1 });
    await second.put(KEY, { a: 2 }, { condition: { kind: 'equals', fields: { a: 1 } } });
    expect(await first.get(KEY)).toEqual({ a: 2 });
    await first.close();
    await second.close();
    const third = createSqliteMetadataStore({ file, clock });
    expect(await third.get(KEY)).toEqual({ a: 2 });
    await third.close();
  });

  test('of two stores that race for a key, one writes and the other learns of it', async () => {
    const stores = [createSqliteMetadataStore({ file, clock }), createSqliteMetadataStore({ file, clock })] as const;
    for (let round = 0; round < 20; round++) {
      const key = { partition: 'race', sort: String(round) };
      const results = await Promise.all(stores.map((store, winner) => store.put(key, { winner }, { condition: { kind: 'absent' } })));
      const winner = results.findIndex(({ written }) => written);
      expect(results.filter(({ written }) => !written)).toEqual([{ written: false, current: { winner } }]);
    }
    for (const store of stores) await store.close();
  });

  test('waits for another process that holds the lock without stopping this one', async () => {
    const store = createSqliteMetadataStore({ file, clock });
    const holder = new DatabaseSync(file);
    holder.exec('BEGIN IMMEDIATE');
    let written = false;
    const put = store.put(KEY, { a: 1 }).then(() => {
      written = true;
    });
    // Several turns in which the store finds the file locked.
    for (let i = 0; i < 3; i++) await turn();
    expect(written).toBe(false);
    expect(await store.get(KEY)).toBeNull();
    holder.exec('COMMIT');
    await put;
    expect(await store.get(KEY)).toEqual({ a: 1 });
    holder.close();
    await store.close();
  });

  test('an aborted write does not wait for the lock, and is not done', async () => {
    const store = createSqliteMetadataStore({ file, clock });
    const holder = new DatabaseSync(file);
    holder.exec('BEGIN IMMEDIATE');
    const abort = new AbortController();
    const aborted = store.put(KEY, { a: 1 }, { signal: abort.signal });
    const other = store.put({ ...KEY, sort: 'b' }, { b: 1 });
    await turn();
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    holder.exec('COMMIT');
    await other;
    expect(await store.get(KEY)).toBeNull();
    holder.close();
    await store.close();
  });
});

test('a lock that is never given back ends in STORE_BUSY, which says that nothing was done', async () => {
  const store = createSqliteMetadataStore({ file, clock, lockPatienceMs: 0 });
  const holder = new DatabaseSync(file);
  holder.exec('BEGIN IMMEDIATE');
  await expect(store.put(KEY, { a: 1 })).rejects.toMatchObject({
    code: 'STORE_BUSY',
    fault: 'transient',
    message: `The state file ${file} stayed locked by another process for too long. End that process, or run again later.`,
    details: { effect: 'none' },
  });
  holder.exec('COMMIT');
  holder.close();
  expect(await store.put(KEY, { a: 2 }, { condition: { kind: 'absent' } })).toEqual({ written: true });
  await store.close();
});

test.for([
  [3, 'PERMISSION_DENIED', 'user', 'permission denied. Grant this user access to it, or choose another state folder.'],
  [8, 'PERMISSION_DENIED', 'user', 'it is read-only. Grant this user write access to it, or choose another state folder.'],
  [11, 'STATE_CORRUPT', 'user', 'it is damaged. Move it away; its applications cannot be resumed.'],
  [13, 'NO_SPACE', 'resource', 'the disk is full. Free some space, or choose a state folder on another disk.'],
  [10 + 256, 'STORE_FAILED', 'transient', 'text of SQLite. Check the disk, then run again.'],
] as const)('result %i of SQLite is %s', ([errcode, code, fault, text]) => {
  const cause = Object.assign(new Error('text of SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });
  expect(sqliteError(cause, '/state.db')).toMatchObject({ code, fault, message: `Cannot use the state file /state.db: ${text}`, cause });
});

describe('closing', () => {
  test('finishes what was asked for before, is idempotent, and refuses what comes after', async () => {
    const store = createSqliteMetadataStore({ file, clock });
    const puts = Array.from({ length: 200 }, (_, i) => store.put({ partition: 'p', sort: String(i) }, { i }));
    await Promise.all([store.close(), store.close()]);
    expect(await Promise.all(puts)).toEqual(new Array(200).fill({ written: true }));
    const closed = { code: 'STORE_CLOSED', message: `The state file ${file} was closed already. Open it again to use it.` };
    await expect(store.get(KEY)).rejects.toMatchObject(closed);
    await expect(store.put(KEY, {})).rejects.toMatchObject(closed);
    const again = createSqliteMetadataStore({ file, clock });
    expect((await again.query('p', '')).items).toHaveLength(200);
    await again.close();
  });
});

describe('a file that cannot be used is told with what to do', () => {
  test('no database', () => {
    mkdirSync(join(folder.path, 'new'));
    writeFileSync(file, 'no database '.repeat(100));
    expect(() => createSqliteMetadataStore({ file, clock })).toThrow(
      `Cannot use the state file ${file}: it is no state file of levin. Move it away, or choose another state folder.`,
    );
  });

  test('a folder', () => {
    expect(() => createSqliteMetadataStore({ file: folder.path, clock })).toThrow(
      `Cannot use the state file ${folder.path}: it cannot be opened: it is a folder, or this user may not open it. Choose another state folder.`,
    );
  });

  test('a format of another version', async () => {
    await createSqliteMetadataStore({ file, clock }).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 7');
    database.close();
    expect(() => createSqliteMetadataStore({ file, clock })).toThrow(
      `The state file ${file} has format 7, and this version of levin reads format 1. Use the version that wrote it, or another state folder.`,
    );
  });
});

test('the user sees no warning of Node about SQLite, and other warnings still', () => {
  const adapter = new URL('../../../engine/adapters/local/sqlite-metadata-store.ts', import.meta.url).href;
  const program = `
    const { createSqliteMetadataStore } = await import(${JSON.stringify(adapter)});
    const store = createSqliteMetadataStore({ file: ${JSON.stringify(file)}, clock: { now: () => 0 } });
    await store.put({ partition: 'p', sort: 'a' }, { a: 1 });
    await store.close();
    process.emitWarning('of another kind');`;
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stderr).toMatch(/^\(node:\d+\) Warning: of another kind\n/);
  expect(stderr).not.toContain('SQLite');
});
