import { describe, expect, test } from 'vitest';
import { publishOutput } from '../../../driver/application/publish-output.ts';
import { encodeManifest, putManifest } from '../../../driver/planner/output-records.ts';
import { errorCode } from '../../../engine/errors/levin-error.ts';
import { testStores } from '../../support/engine.ts';

const APP = 'app-1';
const attempt = (digit: string): string => digit.repeat(32);

/** A folder with an output, `part-00000-…` of a second one staged, and what is done to it, in turn. */
async function folder(allowed: number) {
  const { files, staged } = testStores();
  const done: string[] = [];
  let asked = 0;
  await files.put('out/_SUCCESS', new Uint8Array());
  await files.put(`out/old-${attempt('1')}`, new Uint8Array());
  await staged.stage(`out/part-00000-${attempt('2')}`, new Uint8Array());
  await staged.stage(`out/part-00000-${attempt('3')}`, new Uint8Array());
  const name = (key: string): string => key.slice(key.lastIndexOf('/') + 1).replace(/-[0-9a-f]{32}$/, (id) => `-${id[1]}`);
  const publish = publishOutput({
    files: {
      ...files,
      put: (key, body, options) => {
        done.push(`put ${name(key)}`);
        return files.put(key, body, options);
      },
      deleteMany: (keys, options) => {
        done.push(`delete ${keys.map(name).sort().join(' ')}`);
        return files.deleteMany(keys, options);
      },
    },
    staged: {
      ...staged,
      publish: (key) => {
        done.push(`publish ${name(key)}`);
        return staged.publish(key);
      },
      discard: (of, keys) => {
        done.push(`discard ${keys.map(name).join(' ')}`);
        return staged.discard(of, keys);
      },
    },
    appId: APP,
    isOwnAttempt: () => true,
    path: '/out',
    ordinal: 7,
    publication: {
      version: 1,
      files: [{ name: `part-00000-${attempt('2')}`, length: 0, checksum: null }],
      added: [`part-00000-${attempt('2')}`],
      removed: [`old-${attempt('1')}`],
    },
    checkLease: async () => {
      if (asked++ === allowed) throw new Error('the lease is lost');
    },
  });
  const error = await publish.then(
    () => null,
    (reason: Error) => reason.message,
  );
  return { done, error };
}

describe('an output is published', () => {
  const steps = [
    [],
    ['delete _SUCCESS', 'publish part-00000-2'],
    ['put manifest-0000000001.json'],
    ['discard part-00000-3', 'delete old-1 pending-app-1-7', 'put _SUCCESS'],
  ];

  test('step by step, the mark for others last', async () => {
    expect(await folder(Number.POSITIVE_INFINITY)).toEqual({ done: steps.flat(), error: null });
  });

  test.each([0, 1, 2])('until its driver is replaced: the lease is looked at before each step (%i)', async (allowed) => {
    expect(await folder(allowed)).toEqual({ done: steps.slice(0, allowed + 1).flat(), error: 'the lease is lost' });
  });
});

test.each([
  ['with its files', ['2', '4'], null],
  ['without them', ['4'], 'OUTPUT_CONFLICT'],
] as const)('a publication that a later one has followed, %s, is done or was overtaken', async (_how, digits, code) => {
  const { files, staged } = testStores();
  const part = (digit: string) => ({ name: `part-00000-${attempt(digit)}`, length: 0, checksum: null });
  await staged.stage(`out/${part('2').name}`, new Uint8Array());
  await putManifest(files, { folder: 'out', version: 2, body: encodeManifest(digits.map(part)) });
  const published = await publishOutput({
    ...{ files, staged, appId: APP, isOwnAttempt: () => true, path: '/out', ordinal: 7, checkLease: async () => undefined },
    publication: { version: 1, files: [part('2')], added: [part('2').name], removed: [] },
  }).then(
    () => null,
    (error: unknown) => errorCode(error),
  );
  expect(published).toBe(code);
});
