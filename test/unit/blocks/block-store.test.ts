import { describe, expect, test } from 'vitest';
import { createMemoryScratch } from '../../../engine/adapters/memory/memory-scratch.ts';
import { blockStream } from '../../../engine/runtime/blocks/block-data.ts';
import { type BlockStore, createBlockStore } from '../../../engine/runtime/blocks/block-store.ts';
import { fillBlock } from '../../../engine/runtime/blocks/fill-block.ts';
import { StorageLevel } from '../../../engine/types/storage-level.ts';

const KB = 1024;
const MB = 1024 * KB;

function open({ memoryBytes = 10 * MB, diskBytes = 1000 * MB } = {}): BlockStore {
  const store = createBlockStore({
    id: 'store',
    memoryBytes,
    protectedBytes: memoryBytes / 2,
    openScratch: () => createMemoryScratch({ limitBytes: diskBytes }),
  });
  store.begin('app', memoryBytes);
  return store;
}

/** A kilobyte a record, by estimate a little more. */
function records(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `${from + i} `.padEnd(KB, 'x'));
}

/** Fills a block; gives what there is of it, and whether it was kept. */
function fill(store: BlockStore, id: { rdd: number; partition: number }, all: readonly string[], level: StorageLevel) {
  const filling = fillBlock(store, id, { level });
  let at = 0;
  while (at < all.length) {
    const batch = all.slice(at, at + 100);
    at += batch.length;
    if (!filling.add(batch)) return { kept: false, parts: filling.taken(), added: at };
  }
  return { kept: true, parts: filling.finish('tag'), added: at };
}

function readAll(store: BlockStore, parts: ReturnType<typeof fill>['parts']): unknown[] {
  const found: unknown[] = [];
  for (const part of parts) {
    const stream = blockStream(part, store.scratch);
    for (let batch = stream.pull(10); batch !== null; batch = stream.pull(10)) found.push(...(batch as unknown[]));
  }
  return found;
}

function found(store: BlockStore, rdd: number, partition = 0): unknown[] | null {
  const data = store.find({ rdd, partition }, 'tag');
  return data === null ? null : readAll(store, [data]);
}

describe('a block', () => {
  test.each(Object.entries(StorageLevel).filter(([name]) => name !== 'NONE'))('at level %s comes back as it was', (_, level) => {
    const store = open();
    const all = records(600);
    const { kept, parts } = fill(store, { rdd: 0, partition: 3 }, all, level);
    expect([kept, readAll(store, parts)]).toEqual([true, all]);
    store.begin('app', 10 * MB);
    expect(found(store, 0, 3)).toEqual(all);
    expect(found(store, 0, 2)).toBeNull();
  });

  test('that is deserialised is the records themselves', () => {
    const store = open();
    const record = { a: 1 };
    const filling = fillBlock(store, { rdd: 0, partition: 0 }, { level: StorageLevel.MEMORY_ONLY });
    filling.add([record]);
    filling.finish('tag');
    expect(found(store, 0)?.[0]).toBe(record);
  });

  test('of no records is kept, too', () => {
    const store = open();
    for (const [rdd, level] of [StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_ONLY_SER, StorageLevel.DISK_ONLY].entries()) {
      fill(store, { rdd, partition: 0 }, [], level);
      expect(found(store, rdd)).toEqual([]);
    }
  });

  test.each(['MEMORY_ONLY', 'MEMORY_ONLY_SER'] as const)('at %s that does not fit is not kept, and nothing of it is lost', (name) => {
    const store = open();
    const all = records(20_000);
    const { kept, parts, added } = fill(store, { rdd: 0, partition: 0 }, all, StorageLevel[name]);
    expect([kept, added < 11_000, readAll(store, parts)]).toEqual([false, true, all.slice(0, added)]);
    expect([found(store, 0), store.usedBytes]).toEqual([null, 0]);
    // What it took is there for others again.
    expect(fill(store, { rdd: 1, partition: 0 }, records(8000), StorageLevel.MEMORY_ONLY).kept).toBe(true);
  });

  test.each(['MEMORY_AND_DISK', 'MEMORY_AND_DISK_SER', 'OFF_HEAP'] as const)('at %s that does not fit goes to disk', (name) => {
    const store = open();
    const all = records(20_000);
    expect(fill(store, { rdd: 0, partition: 0 }, all, StorageLevel[name]).kept).toBe(true);
    expect([store.usedBytes, store.scratch().usedBytes() > 19 * MB]).toEqual([0, true]);
    expect(found(store, 0)).toEqual(all);
  });

  test('for which the disk has no room is not kept, and nothing of it is lost', () => {
    for (const level of [StorageLevel.DISK_ONLY, StorageLevel.MEMORY_AND_DISK]) {
      const store = open({ memoryBytes: MB, diskBytes: 5 * MB });
      const all = records(20_000);
      const { kept, parts, added } = fill(store, { rdd: 0, partition: 0 }, all, level);
      expect([kept, readAll(store, parts)]).toEqual([false, all.slice(0, added)]);
      expect(found(store, 0)).toBeNull();
    }
  });

  test('that cannot be encoded stays in memory alone', () => {
    const store = open();
    const filling = fillBlock(store, { rdd: 0, partition: 0 }, { level: StorageLevel.MEMORY_AND_DISK });
    filling.add([{ f: () => 1 }, ...records(4000)]);
    filling.finish('tag');
    expect(found(store, 0)?.length).toBe(4001);
    store.begin('app', MB);
    expect(found(store, 0)).toBeNull();
  });
});

describe('when memory is full', () => {
  /** Three RDDs of about 3 MB each; a task each. */
  function three(level: StorageLevel): BlockStore {
    const store = open();
    for (const rdd of [0, 1, 2]) {
      store.begin('app', 10 * MB);
      fill(store, { rdd, partition: 0 }, records(2900), level);
    }
    store.report();
    store.begin('app', 10 * MB);
    return store;
  }

  test('the least recently used goes first', () => {
    const store = three(StorageLevel.MEMORY_ONLY);
    store.find({ rdd: 0, partition: 0 }, 'tag');
    store.begin('app', 10 * MB);
    fill(store, { rdd: 3, partition: 0 }, records(2900), StorageLevel.MEMORY_ONLY);
    expect(store.report()?.evicted).toEqual([{ rdd: 1, partition: 0 }]);
    expect([0, 1, 2, 3].map((rdd) => found(store, rdd) !== null)).toEqual([true, false, true, true]);
  });

  test('no block of the RDD that is being kept goes', () => {
    const store = open();
    const kept = [0, 1, 2, 3, 4].map((partition) => {
      store.begin('app', 10 * MB);
      return fill(store, { rdd: 0, partition }, records(2900), StorageLevel.MEMORY_ONLY).kept;
    });
    expect(kept).toEqual([true, true, true, false, false]);
    expect(store.report()?.evicted).toEqual([]);
  });

  test('what the running task has read stays', () => {
    const store = three(StorageLevel.MEMORY_ONLY);
    for (const rdd of [0, 1, 2]) store.find({ rdd, partition: 0 }, 'tag');
    expect(fill(store, { rdd: 3, partition: 0 }, records(2900), StorageLevel.MEMORY_ONLY).kept).toBe(false);
  });

  test('blocks that may be on disk go there, and are read from there', () => {
    const store = three(StorageLevel.MEMORY_AND_DISK);
    fill(store, { rdd: 3, partition: 0 }, records(2900), StorageLevel.MEMORY_ONLY);
    const report = store.report();
    expect(report?.evicted).toEqual([]);
    expect(report?.kept.map(({ rdd, memoryBytes, diskBytes }) => [rdd, memoryBytes > 0, diskBytes > 0])).toEqual([
      [0, false, true],
      [3, true, false],
    ]);
    expect(found(store, 0)).toEqual(records(2900));
  });

  test('a task that begins has the room that it asks for', () => {
    const store = three(StorageLevel.MEMORY_ONLY);
    store.begin('app', 4 * MB);
    expect([store.usedBytes < 4 * MB, store.report()?.evicted.map(({ rdd }) => rdd)]).toEqual([true, [0, 1]]);
  });

  test('what an attempt took that failed is there again for the next', () => {
    const store = open();
    const failing = fillBlock(store, { rdd: 0, partition: 0 }, { level: StorageLevel.MEMORY_ONLY });
    failing.add(records(6000));
    store.begin('app', 10 * MB);
    expect(fill(store, { rdd: 0, partition: 0 }, records(8000), StorageLevel.MEMORY_ONLY).kept).toBe(true);
  });
});

test('an RDD that is not persisted any more has no blocks, nor gets any', () => {
  const store = open();
  for (const level of [StorageLevel.MEMORY_ONLY, StorageLevel.DISK_ONLY]) {
    fill(store, { rdd: 0, partition: 0 }, records(300), level);
    store.end();
    store.drop(0, true);
    expect([found(store, 0), store.usedBytes, store.isDropped({ rdd: 0, partition: 0 })]).toEqual([null, 0, true]);
  }
  expect(store.scratch().usedBytes()).toBe(0);
});

test('another application has none of the blocks', () => {
  const store = open();
  fill(store, { rdd: 0, partition: 0 }, records(300), StorageLevel.MEMORY_ONLY);
  store.begin('another', 10 * MB);
  expect([found(store, 0), store.usedBytes]).toEqual([null, 0]);
});

test('a report tells what has changed since the last one', () => {
  const store = open();
  store.missed();
  fill(store, { rdd: 0, partition: 1 }, records(10), StorageLevel.DISK_ONLY);
  store.find({ rdd: 0, partition: 1 }, 'tag');
  const report = store.report();
  expect(report).toEqual({
    store: 'store',
    hits: 1,
    computed: 1,
    kept: [{ rdd: 0, partition: 1, memoryBytes: 0, diskBytes: expect.any(Number) }],
    evicted: [],
  });
  expect(report?.kept[0]?.diskBytes).toBeGreaterThan(10 * KB);
  expect(store.report()).toBeNull();
});

test('a block of another tag is not the one that is asked for', () => {
  const store = open();
  fill(store, { rdd: 0, partition: 0 }, records(3), StorageLevel.MEMORY_ONLY);
  expect([store.find({ rdd: 0, partition: 0 }, 'other'), store.find({ rdd: 0, partition: 0 }, null)]).toEqual([null, null]);
});

test('blocks that are dropped, but not for good, are kept anew', () => {
  const store = open();
  fill(store, { rdd: 0, partition: 0 }, records(3), StorageLevel.MEMORY_ONLY);
  store.drop(0, false);
  expect([found(store, 0), store.isDropped({ rdd: 0, partition: 0 })]).toEqual([null, false]);
});

test.each(['DISK_ONLY', 'MEMORY_ONLY'] as const)(
  'at %s a block that is dropped while a task reads it stays until the task has ended',
  (name) => {
    const store = open();
    fill(store, { rdd: 0, partition: 0 }, records(600), StorageLevel[name]);
    store.begin('app', 10 * MB);
    const data = store.find({ rdd: 0, partition: 0 }, 'tag');
    store.drop(0, true);
    expect([found(store, 0), store.usedBytes]).toEqual([null, 0]);
    expect(readAll(store, data === null ? [] : [data])).toEqual(records(600));
    store.end();
    expect(store.scratch().usedBytes()).toBe(0);
  },
);

test('a block that is dropped and made again in the same task is two files', () => {
  const store = open();
  const first = fill(store, { rdd: 0, partition: 0 }, records(300), StorageLevel.DISK_ONLY);
  store.drop(0, false);
  const second = fill(store, { rdd: 0, partition: 0 }, records(300, 300), StorageLevel.DISK_ONLY);
  expect([readAll(store, first.parts), readAll(store, second.parts)]).toEqual([records(300), records(300, 300)]);
  store.end();
  expect(found(store, 0)).toEqual(records(300, 300));
});

test.each(['DISK_ONLY', 'MEMORY_ONLY'] as const)(
  'at %s a block of an RDD that is dropped while it is made serves that task alone',
  (name) => {
    const store = open();
    const filling = fillBlock(store, { rdd: 0, partition: 0 }, { level: StorageLevel[name] });
    filling.add(records(300));
    store.drop(0, true);
    expect(readAll(store, filling.finish('tag'))).toEqual(records(300));
    expect([found(store, 0), store.usedBytes, store.report()]).toEqual([null, 0, null]);
    store.end();
    expect(store.scratch().usedBytes()).toBe(0);
  },
);

test('files of a block that is not kept after all are gone when the task has ended', () => {
  const store = open({ memoryBytes: MB, diskBytes: 5 * MB });
  fill(store, { rdd: 0, partition: 0 }, records(20_000), StorageLevel.MEMORY_AND_DISK);
  fillBlock(store, { rdd: 0, partition: 1 }, { level: StorageLevel.DISK_ONLY }).add(records(300));
  store.end();
  expect([store.scratch().usedBytes(), store.usedBytes]).toEqual([0, 0]);
});

test('when memory runs short whatever estimates say, a block that is made goes to disk, or is not kept', () => {
  for (const [level, kept] of [
    [StorageLevel.MEMORY_ONLY, false],
    [StorageLevel.MEMORY_AND_DISK, true],
    [StorageLevel.DISK_ONLY, true],
  ] as const) {
    const store = open();
    const filling = fillBlock(store, { rdd: 0, partition: 0 }, { level, runsShort: () => true });
    expect([filling.add(records(300)), readAll(store, kept ? filling.finish('tag') : filling.taken())]).toEqual([kept, records(300)]);
    expect([store.usedBytes, found(store, 0)]).toEqual([0, kept ? records(300) : null]);
  }
});
