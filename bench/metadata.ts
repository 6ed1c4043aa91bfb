/**
 * Commits of the SQLite metadata store: conditional puts of 300 bytes with 256 in flight, as an executor's supervisor makes them,
 * against the same statements with one transaction each, synced in full and not, in one run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSqliteMetadataStore } from '../engine/adapters/local/sqlite-metadata-store.ts';

/** A disk that syncs in no time (memory, a controller with a battery) leaves little to gain. */
const MIN_RATIO = 2;
const IN_FLIGHT = 256;
const GROUPED = 20_000;
const SINGLE = 400;

const folder = mkdtempSync(join(tmpdir(), 'levin-bench-'));
const item = { generation: 0, winner: 'a'.repeat(32), output: 'x'.repeat(230) };

async function groupedPerSecond(): Promise<number> {
  const store = createSqliteMetadataStore({ file: join(folder, 'grouped.db'), clock: { now: () => 0 } });
  let next = 0;
  const commit = async (): Promise<void> => {
    while (next < GROUPED) await store.put({ partition: 'stage', sort: String(next++) }, item, { condition: { kind: 'absent' } });
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, commit));
  const perSecond = (GROUPED / (performance.now() - start)) * 1000;
  await store.close();
  return perSecond;
}

function singlePerSecond(synchronous: 'FULL' | 'NORMAL'): number {
  const database = new DatabaseSync(join(folder, `${synchronous}.db`));
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; CREATE TABLE items (partition, sort, item, PRIMARY KEY (partition, sort))`,
  );
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')];
  const get = database.prepare('SELECT item FROM items WHERE partition = ? AND sort = ?');
  const put = database.prepare('INSERT INTO items VALUES (?, ?, ?)');
  const start = performance.now();
  for (let i = 0; i < SINGLE; i++) {
    begin.run();
    if (get.get('stage', String(i)) === undefined) put.run('stage', String(i), JSON.stringify(item));
    commit.run();
  }
  const perSecond = (SINGLE / (performance.now() - start)) * 1000;
  database.close();
  return perSecond;
}

const [grouped, full, normal] = [await groupedPerSecond(), singlePerSecond('FULL'), singlePerSecond('NORMAL')];
rmSync(folder, { recursive: true });
const ratio = grouped / full;
console.log(
  `metadata: ${grouped.toFixed(0)} commits/s in groups, ${full.toFixed(0)} with one full sync each, ${normal.toFixed(0)} with one transaction each; ` +
    `groups to full syncs: ratio ${ratio.toFixed(1)} (at least ${MIN_RATIO}), groups to transactions: ratio ${(grouped / normal).toFixed(1)}`,
);
if (ratio < MIN_RATIO) process.exitCode = 1;
