import type { Clock } from '../../ports/clock.ts';
import { conditionHolds, isUnexpired, transactConditions } from '../../ports/metadata-condition.ts';
import { checkMetadataKey, checkQuery, checkTransaction, encodeMetadataItem } from '../../ports/metadata-item.ts';
import type { Condition, MetadataItem, MetadataKey, MetadataStore, QueryPage, WriteResult } from '../../ports/metadata-store.ts';
import { checkedLimit } from '../../ports/page-limit.ts';
import { compareUtf8 } from '../../ports/utf8-order.ts';
import { createGroupCommit } from './sqlite-group-commit.ts';
import { openSqliteTable, type SqliteTable } from './sqlite-open.ts';
import { rowItem, rowText } from './sqlite-row.ts';

export interface SqliteMetadataStoreOptions {
  /** Made with its folder when missing. It must lie on a local disk: SQLite's write-ahead log does not work over a network. */
  readonly file: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Folder of what the items tell of. Given, the file is looked through when it is opened: `STATE_CORRUPT` when it is damaged, or empty while there is something in that folder. */
  readonly dataFolder?: string;
  /** How long another process may hold the file's lock before a call fails with `STORE_BUSY`. Default 30,000. */
  readonly lockPatienceMs?: number;
}

/** A healthy process holds the lock for milliseconds; one that was stopped holds it until somebody looks. */
const LOCK_PATIENCE_MS = 30_000;

export interface SqliteMetadataStore extends MetadataStore {
  /** Finishes the writes that were asked for, then closes the file; idempotent. */
  close(): Promise<void>;
}

/** Items in one file, shared by every process of the machine. It survives `kill -9` at any time, not power loss. */
export function createSqliteMetadataStore(options: SqliteMetadataStoreOptions): SqliteMetadataStore {
  const table = openSqliteTable(options.file, options.dataFolder ?? null);
  const commits = createGroupCommit(table, { file: options.file, patienceMs: options.lockPatienceMs ?? LOCK_PATIENCE_MS });
  const readNow = (key: MetadataKey): MetadataItem | null => readItem({ table, file: options.file }, key, options.clock.now());

  const writeIf = (key: MetadataKey, condition: Condition | undefined, json: string | null): WriteResult => {
    const current = condition === undefined ? null : readNow(key);
    if (condition !== undefined && !conditionHolds(condition, current)) return { written: false, current };
    writeItem(table, key, json);
    return { written: true };
  };

  return {
    async get(key, { signal } = {}) {
      checkMetadataKey(key);
      return commits.read(() => readNow(key), signal);
    },
    async put(key, item, { condition, signal } = {}) {
      checkMetadataKey(key);
      const json = encodeMetadataItem(key, item);
      return commits.write(() => writeIf(key, condition, json), signal);
    },
    async query(partition, sortPrefix, { after, limit, signal } = {}) {
      checkQuery(partition, sortPrefix);
      const page = { partition, sortPrefix, after, limit: checkedLimit(limit) };
      return commits.read(() => queryPage({ table, file: options.file }, page, options.clock.now()), signal);
    },
    async transact(checks, writes, { signal } = {}) {
      checkTransaction(checks, writes);
      const encoded = writes.map((write) => (write.kind === 'put' ? encodeMetadataItem(write.key, write.item) : null));
      return commits.write(() => {
        for (const { key, condition } of transactConditions(checks, writes)) {
          const current = readNow(key);
          if (!conditionHolds(condition, current)) return { written: false, failed: key, current };
        }
        for (const [i, { key }] of writes.entries()) writeItem(table, key, encoded[i] ?? null);
        return { written: true };
      }, signal);
    },
    async delete(key, { condition, signal } = {}) {
      checkMetadataKey(key);
      return commits.write(() => writeIf(key, condition, null), signal);
    },
    close: () => commits.close(),
  };
}

interface OpenFile {
  readonly table: SqliteTable;
  readonly file: string;
}

function readItem({ table, file }: OpenFile, key: MetadataKey, nowMs: number): MetadataItem | null {
  const row = table.get.get(key.partition, key.sort);
  if (row === undefined) return null;
  const item = rowItem(key, row['item'], file);
  return isUnexpired(item, nowMs) ? item : null;
}

function writeItem(table: SqliteTable, key: MetadataKey, json: string | null): void {
  if (json === null) table.delete.run(key.partition, key.sort);
  else table.put.run(key.partition, key.sort, rowText(key, json));
}

interface PageQuery {
  readonly partition: string;
  readonly sortPrefix: string;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Sort keys with the prefix stand together, so reading begins at the prefix and ends at the first key without it. */
function queryPage({ table, file }: OpenFile, page: PageQuery, nowMs: number): QueryPage {
  const { partition, sortPrefix, after, limit } = page;
  const started = after !== undefined && compareUtf8(after, sortPrefix) >= 0;
  const rows = started ? table.queryAfter.all(partition, after, limit + 1) : table.queryFrom.all(partition, sortPrefix, limit + 1);
  const found: { key: MetadataKey; item: MetadataItem }[] = [];
  for (const row of rows) {
    const sort = String(row['sort']);
    if (!sort.startsWith(sortPrefix)) break;
    const key = { partition, sort };
    found.push({ key, item: rowItem(key, row['item'], file) });
  }
  const listed = found.slice(0, limit);
  return {
    items: listed.filter(({ item }) => isUnexpired(item, nowMs)),
    next: found.length > limit ? (listed.at(-1)?.key.sort ?? null) : null,
  };
}
