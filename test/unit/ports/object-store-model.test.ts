import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { type S3Emulator, startS3Emulator } from '../../../testing/emulators/s3-emulator.ts';
import { createBuckets, type S3Buckets } from '../../contract/s3-buckets.ts';
import { temporaryFolder } from '../../contract/temporary-folder.ts';

type Model = Map<string, Uint8Array>;

/** Folders and files have names of their own kind, so that no key is a folder of another. */
const folderName = fc.constantFrom('a', 'a.', 'A', 'b', 'z', '～', '😀');
const fileName = fc.constantFrom('1', '10', '2', 'x-', 'x.', 'x0', 'é', '~');
const key = fc.tuple(fc.array(folderName, { maxLength: 2 }), fileName).map(([folders, file]) => [...folders, file].join('/'));
const body = fc.uint8Array({ maxLength: 20 });

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), key, body, ifAbsent: fc.boolean() }) },
  fc.record({ kind: fc.constant('get' as const), key }),
  fc.record({
    kind: fc.constant('getRange' as const),
    key,
    start: fc.integer({ min: -1, max: 21 }),
    end: fc.integer({ min: -1, max: 21 }),
  }),
  fc.record({ kind: fc.constant('head' as const), key }),
  fc.record({
    kind: fc.constant('list' as const),
    prefix: fc.oneof(
      fc.constant(''),
      key,
      folderName,
      folderName.map((name) => `${name}/`),
      key.map((text) => Array.from(text).slice(0, 2).join('')),
    ),
    after: fc.option(fc.oneof(key, folderName)),
    limit: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('deleteMany' as const), keys: fc.array(key, { maxLength: 4 }) }),
);

type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** What a plain map would answer; an error is its code. */
function expected(model: Model, step: Command): unknown {
  switch (step.kind) {
    case 'put':
      if (step.ifAbsent && model.has(step.key)) return false;
      model.set(step.key, step.body);
      return true;
    case 'get':
      return model.get(step.key) ?? 'OBJECT_NOT_FOUND';
    case 'getRange': {
      const found = model.get(step.key);
      if (found === undefined) return 'OBJECT_NOT_FOUND';
      const sound = step.start >= 0 && step.start <= step.end && step.end <= found.length;
      return sound ? found.slice(step.start, step.end) : 'RANGE_NOT_SATISFIABLE';
    }
    case 'head':
      return model.get(step.key)?.length ?? 'OBJECT_NOT_FOUND';
    case 'list':
      return [...model.keys()]
        .map((name) => Buffer.from(name))
        .sort(Buffer.compare)
        .filter((name) => step.after === null || Buffer.compare(name, Buffer.from(step.after)) > 0)
        .map(String)
        .filter((name) => name.startsWith(step.prefix))
        .slice(0, step.limit)
        .map((name) => [name, model.get(name)?.length]);
    case 'deleteMany':
      for (const name of step.keys) model.delete(name);
      return [];
  }
}

async function actual(store: ObjectStore, step: Command): Promise<unknown> {
  try {
    switch (step.kind) {
      case 'put':
        return (await store.put(step.key, step.body, { ifAbsent: step.ifAbsent })).stored;
      case 'get':
        return await store.get(step.key);
      case 'getRange':
        return await store.getRange(step.key, step.start, step.end);
      case 'head':
        return (await store.head(step.key)).size;
      case 'list': {
        const options = { limit: step.limit, ...(step.after === null ? {} : { after: step.after }) };
        return (await store.list(step.prefix, options)).objects.map((object) => [object.key, object.size]);
      }
      case 'deleteMany':
        return (await store.deleteMany(step.keys)).failed;
    }
  } catch (error) {
    return errorCode(error) ?? error;
  }
}

const folder = temporaryFolder();
let stores = 0;
let emulator: S3Emulator;
let buckets: S3Buckets;
beforeAll(async () => {
  emulator = await startS3Emulator();
  buckets = createBuckets(emulator.url);
});
afterAll(async () => {
  folder.remove();
  buckets.close();
  await emulator.close();
});

const ADAPTERS: readonly (readonly [string, () => ObjectStore | Promise<ObjectStore>, number])[] = [
  ['memory', createMemoryObjectStore, 500],
  ['directory', () => createDirectoryObjectStore({ root: join(folder.path, String(stores++)) }), 60],
  ['directory of user files', () => createDirectoryObjectStore({ root: join(folder.path, String(stores++)), followLinks: true }), 40],
  ['S3, emulated', async () => (await buckets.store()).subject, 25],
];

describe.each(ADAPTERS)('%s', (_, make, numRuns) => {
  test('answers any commands as a plain map does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const store = await make();
        const model: Model = new Map();
        for (const step of commands) expect(await actual(store, step)).toEqual(expected(model, step));
      }),
      { numRuns },
    );
  });
});
