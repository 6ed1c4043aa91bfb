import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDynamodbMetadataStore } from '../../../engine/adapters/aws/dynamodb-metadata-store.ts';
import { createSqliteMetadataStore } from '../../../engine/adapters/local/sqlite-metadata-store.ts';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import type { Condition, MetadataItem, MetadataKey, MetadataStore, QueryPage } from '../../../engine/ports/metadata-store.ts';
import { startDynamodbEmulator } from '../../../testing/emulators/dynamodb-emulator.ts';
import type { EmulatorServer } from '../../../testing/emulators/emulator-server.ts';
import { createTables, type DynamodbTables } from '../../contract/dynamodb-tables.ts';
import { temporaryFolder } from '../../contract/temporary-folder.ts';

/** Name of the partition and sort key in one string → the item. Items of a passed time are taken away. */
type Model = Map<string, MetadataItem>;

const key = fc.record({ partition: fc.constantFrom('p', 'q'), sort: fc.constantFrom('a', 'a#1', 'a#10', 'a#2', 'b', '～', '😀') });
const item: fc.Arbitrary<MetadataItem> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ n: fc.integer({ min: 0, max: 2 }) }) },
  fc.record({ n: fc.integer({ min: 0, max: 2 }), expiresAtMs: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ n: fc.constant(null) }),
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.constant<Condition>({ kind: 'absent' }),
  fc.record({ kind: fc.constant('equals' as const), fields: fc.record({ n: fc.constantFrom(0, 1, 2, null) }, { requiredKeys: [] }) }),
);
const write = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key, item, condition }, { requiredKeys: ['kind', 'key', 'item'] }),
  fc.record({ kind: fc.constant('delete' as const), key, condition }, { requiredKeys: ['kind', 'key'] }),
);
const command = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key }),
  { weight: 3, arbitrary: write },
  fc.record({
    kind: fc.constant('transact' as const),
    checks: fc.array(fc.record({ key, condition }), { maxLength: 2 }),
    writes: fc.array(write, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('query' as const),
    partition: fc.constantFrom('p', 'q', 'r'),
    prefix: fc.constantFrom('', 'a', 'a#', 'a#1', '～', 'x'),
    after: fc.option(fc.constantFrom('a', 'a#1', 'a#', 'b', 'zz', '～')),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('passTime' as const) }),
);

type Arbitrary<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Write = Arbitrary<typeof write>;
type Command = Arbitrary<typeof command>;

const nameOf = ({ partition, sort }: MetadataKey): string => `${partition} ${sort}`;

function holds(wanted: Condition | undefined, current: MetadataItem | null): boolean {
  if (wanted === undefined) return true;
  if (wanted.kind === 'absent') return current === null;
  return current !== null && (wanted.fields['n'] === undefined || current['n'] === wanted.fields['n']);
}

function expected(model: Model, step: Exclude<Command, { kind: 'passTime' }>): unknown {
  const read = (at: MetadataKey): MetadataItem | null => model.get(nameOf(at)) ?? null;
  const apply = (change: Write): void => {
    if (change.kind === 'put') model.set(nameOf(change.key), change.item);
    else model.delete(nameOf(change.key));
  };
  switch (step.kind) {
    case 'get':
      return read(step.key);
    case 'put':
    case 'delete':
      if (!holds(step.condition, read(step.key))) return { written: false, current: read(step.key) };
      apply(step);
      return { written: true };
    case 'transact': {
      const conditions = [...step.checks, ...step.writes];
      if (new Set(conditions.map((each) => nameOf(each.key))).size < conditions.length) return 'INVALID_TRANSACTION';
      const refused = conditions.find((each) => !holds(each.condition, read(each.key)));
      if (refused !== undefined) return { written: false, failed: refused.key, current: read(refused.key) };
      for (const change of step.writes) apply(change);
      return { written: true };
    }
    case 'query':
      return [...model]
        .map(([name, found]) => ({ partition: name.slice(0, 1), sort: name.slice(2), found }))
        .filter(({ partition, sort }) => partition === step.partition && sort.startsWith(step.prefix))
        .filter(({ sort }) => step.after === null || Buffer.compare(Buffer.from(sort), Buffer.from(step.after)) > 0)
        .sort((a, b) => Buffer.compare(Buffer.from(a.sort), Buffer.from(b.sort)))
        .map(({ sort, found }) => [sort, found]);
  }
}

async function queryAll(store: MetadataStore, step: Extract<Command, { kind: 'query' }>): Promise<unknown> {
  const found: unknown[] = [];
  let after: string | null = step.after;
  do {
    const page: QueryPage = await store.query(step.partition, step.prefix, { limit: step.limit, ...(after === null ? {} : { after }) });
    expect(page.items.length).toBeLessThanOrEqual(step.limit);
    found.push(...page.items.map((each) => [each.key.sort, each.item]));
    after = page.next;
  } while (after !== null);
  return found;
}

async function actual(store: MetadataStore, step: Exclude<Command, { kind: 'passTime' }>): Promise<unknown> {
  switch (step.kind) {
    case 'get':
      return store.get(step.key);
    case 'put':
      return store.put(step.key, step.item, conditionOf(step));
    case 'delete':
      return store.delete(step.key, conditionOf(step));
    case 'transact':
      return store.transact(step.checks, step.writes).catch((error) => error.code);
    case 'query':
      return queryAll(store, step);
  }
}

function conditionOf(step: Write): { readonly condition?: Condition } {
  return step.condition === undefined ? {} : { condition: step.condition };
}

const folder = temporaryFolder();
let files = 0;
let emulator: EmulatorServer;
let tables: DynamodbTables;
beforeAll(async () => {
  emulator = await startDynamodbEmulator();
  tables = createTables(emulator.url);
});
afterAll(async () => {
  folder.remove();
  tables.close();
  await emulator.close();
});

type Openable = MetadataStore & { close?(): Promise<void> };

interface Adapter {
  readonly name: string;
  readonly numRuns: number;
  readonly open: (clock: { now(): number }) => Openable | Promise<Openable>;
}

const ADAPTERS: readonly Adapter[] = [
  { name: 'memory', numRuns: 500, open: (clock) => createMemoryMetadataStore({ clock }) },
  { name: 'SQLite', numRuns: 80, open: (clock) => createSqliteMetadataStore({ file: join(folder.path, `${files++}.db`), clock }) },
  {
    name: 'DynamoDB, emulated',
    numRuns: 25,
    open: async (clock) => createDynamodbMetadataStore({ client: tables.client, table: await tables.make(), clock }),
  },
];

describe.each(ADAPTERS)('$name', ({ open, numRuns }) => {
  test('answers any commands as a plain map does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        let nowMs = 0;
        const store = await open({ now: () => nowMs });
        const model: Model = new Map();
        for (const step of commands) {
          if (step.kind === 'passTime') nowMs++;
          else expect(await actual(store, step)).toEqual(expected(model, step));
          for (const [name, { expiresAtMs }] of model) if (expiresAtMs !== undefined && expiresAtMs <= nowMs) model.delete(name);
        }
        await store.close?.();
      }),
      { numRuns },
    );
  });
});
