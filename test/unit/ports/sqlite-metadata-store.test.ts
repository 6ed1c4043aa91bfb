import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
    message: `The state file ${file} stayed locked by another process for too long (30 s, 10 s when a command starts). End that process, or run again later.`,
    details: { effect: 'none' },
  });
  holder.exec('COMMIT');
  holder.close();
  expect(await store.put(KEY, { a: 2 }, { condition: { kind: 'absent' } })).toEqual({ written: true });
  await store.close();
});

test('the process that holds the lock is named', async () => {
  const store = createSqliteMetadataStore({ file, clock, lockPatienceMs: 0 });
  const program =
    "const db = new (require('node:sqlite').DatabaseSync)(process.argv[1]); db.exec('BEGIN IMMEDIATE'); console.log('locked'); setInterval(() => {}, 1000)";
  const holder = spawn(process.execPath, ['--no-warnings', '-e', program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  await expect(store.put(KEY, { a: 1 })).rejects.toThrow(
    `The state file ${file} stayed locked by process ${holder.pid} (${process.execPath} --no-warnings -e const db = `,
  );
  holder.kill('SIGKILL');
  await once(holder, 'close');
  await store.close();
});

test.for([
  [3, 'PERMISSION_DENIED', 'user', 'permission denied. Grant this user access to it, or choose another state folder.'],
  [8, 'PERMISSION_DENIED', 'user', 'it is read-only. Grant this user write access to it, or choose another state folder.'],
  [
    11,
    'STATE_CORRUPT',
    'user',
    'it is damaged (text of SQLite). Nothing was changed in it. Put a backup in its place, or move it away, with /state.db-wal and /state.db-shm where they are there: levin then begins anew, and its applications cannot be resumed.',
  ],
  [13, 'NO_SPACE', 'resource', 'the disk is full. Free some space, or choose a state folder on another disk.'],
  [10 + 256, 'STORE_FAILED', 'transient', 'text of SQLite. Check the disk, then run again.'],
] as const)('result %i of SQLite is %s', ([errcode, code, fault, text]) => {
  const cause = Object.assign(new Error('text of SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });
  expect(sqliteError(cause, '/state.db')).toMatchObject({ code, fault, message: `Cannot use the state file /state.db: ${text}`, cause });
});

describe('a damaged file', () => {
  const damaged = (what: string): string =>
    `Cannot use the state file ${file}: it is damaged (${what}). Nothing was changed in it. Put a backup in its place, or move it away, with ${file}-wal and ${file}-shm where they are there: levin then begins anew, and its applications cannot be resumed.`;
  const filled = async (): Promise<Buffer> => {
    const store = createSqliteMetadataStore({ file, clock });
    await Promise.all(
      Array.from({ length: 500 }, (_, i) => store.put({ partition: 'p', sort: String(i) }, { text: `item ${i} `.repeat(20) })),
    );
    await store.close();
    return readFileSync(file);
  };

  test('no bit of an item flips unseen', async () => {
    const bytes = await filled();
    const at = bytes.indexOf('item 77 ');
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[at + bit] = (flipped[at + bit] as number) ^ (1 << bit);
      writeFileSync(file, flipped);
      const store = createSqliteMetadataStore({ file, clock });
      const error = { code: 'STATE_CORRUPT', message: damaged('the item "p 77" is not what was written') };
      await expect(store.get({ partition: 'p', sort: '77' })).rejects.toMatchObject(error);
      await expect(store.query('p', '77')).rejects.toMatchObject(error);
      expect(await store.get({ partition: 'p', sort: '78' })).not.toBeNull();
      await store.close();
    }
  });

  test('is found when it is opened to be looked through, and stays as it is', async () => {
    const bytes = await filled();
    const lostPage = Buffer.from(bytes).fill(0, 3 * 4096, 4 * 4096);
    writeFileSync(file, lostPage);
    expect(() => createSqliteMetadataStore({ file, clock, dataFolder: folder.path })).toThrow(
      `Cannot use the state file ${file}: it is damaged (`,
    );
    expect(readFileSync(file).equals(lostPage)).toBe(true);
  });

  test('an empty file is one only where there are applications', async () => {
    mkdirSync(join(folder.path, 'new'));
    writeFileSync(file, '');
    const dataFolder = join(folder.path, 'apps');
    mkdirSync(dataFolder);
    await createSqliteMetadataStore({ file, clock, dataFolder }).close();
    writeFileSync(file, '');
    writeFileSync(join(dataFolder, 'app-1'), '');
    expect(() => createSqliteMetadataStore({ file, clock, dataFolder })).toThrow(
      damaged(`it is empty, and ${dataFolder} holds applications`),
    );
    expect(statSync(file).size).toBe(0);
  });
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
      `Cannot use the state file ${folder.path}: it is a folder, and a file is due. Choose another state folder (--state-dir, LEVIN_STATE_DIR).`,
    );
  });

  test('a format of another version', async () => {
    await createSqliteMetadataStore({ file, clock }).close();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 7');
    database.close();
    expect(() => createSqliteMetadataStore({ file, clock })).toThrow(
      `The state file ${file} has format 7, and this version of levin reads format 2. Use the version that wrote it, or another state folder.`,
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
