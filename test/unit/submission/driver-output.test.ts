import { expect, test } from 'vitest';
import { createDriverOutput, type ReadParts, readDriverOutput } from '../../../driver/submission/driver-output.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';

function outputOf(objects: ObjectStore, life: string, onError: (error: unknown) => void = () => undefined) {
  const clock = createVirtualClock();
  return { clock, output: createDriverOutput({ objects, clock, appId: 'app', life, onError }) };
}

const keysOf = async (objects: ObjectStore): Promise<readonly string[]> => (await objects.list('history/')).objects.map(({ key }) => key);

test('what is printed is there a second later, also when nothing comes after it', async () => {
  const objects = createMemoryObjectStore();
  const { clock, output } = outputOf(objects, '1-a');
  void output.write('stdout', 'one ');
  void output.write('stderr', 'two');
  await clock.advance(999);
  expect(await keysOf(objects)).toEqual([]);
  await clock.advance(1);
  expect(await keysOf(objects)).toEqual(['history/app/output/1-a-000000.jsonl']);
});

test('lives are read one after the other, each part once', async () => {
  const objects = createMemoryObjectStore();
  const seen: ReadParts = new Map();
  const first = outputOf(objects, '1-a');
  void first.output.write('stdout', 'x'.repeat(300_000));
  void first.output.write('stdout', 'y');
  await first.clock.advance(1_000);
  const read = async (): Promise<unknown> =>
    (await readDriverOutput(objects, 'app', seen)).map(({ life, printed }) => [life, printed.map(({ text }) => text.slice(0, 1)).join('')]);
  expect(await read()).toEqual([['history/app/output/1-a', 'xy']]);
  const second = outputOf(objects, '2-b');
  void second.output.write('stderr', 'z');
  await second.output.close();
  await first.output.close();
  expect(await read()).toEqual([
    ['history/app/output/1-a', ''],
    ['history/app/output/2-b', 'z'],
  ]);
  expect(await read()).toEqual([]);
  expect((await keysOf(objects)).length).toBe(4);
});

test('output that cannot be kept is said once, and disturbs nobody', async () => {
  const errors: unknown[] = [];
  const objects = {
    ...createMemoryObjectStore(),
    put: async () => {
      throw new Error('no room');
    },
  };
  const { clock, output } = outputOf(objects, '1-a', (error) => void errors.push(error));
  void output.write('stdout', 'one');
  await clock.advance(1_000);
  void output.write('stdout', 'two');
  await output.close();
  expect(errors).toEqual([new Error('no room')]);
});

test('who prints faster than it is stored is told to wait: no more than some parts are held in memory', async () => {
  const puts: (() => void)[] = [];
  const objects = createMemoryObjectStore();
  const slow: ObjectStore = {
    ...objects,
    async put(key, body) {
      await new Promise<void>((resolve) => puts.push(resolve));
      return await objects.put(key, body);
    },
  };
  const { output } = outputOf(slow, '1-a');
  const part = 'x'.repeat(262_144);
  const answers = Array.from({ length: 9 }, () => output.write('stdout', part));
  expect(answers.slice(0, 8)).toEqual(Array(8).fill(null));
  const next = async (): Promise<void> => {
    while (puts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    puts.shift()?.();
  };
  expect(await keysOf(objects)).toEqual([]);
  await next();
  // There is room again when one is stored.
  await answers[8];
  expect(await keysOf(objects)).toEqual(['history/app/output/1-a-000000.jsonl']);
  expect(output.write('stdout', 'little')).toBe(null);
  expect(output.write('stdout', part)).toBeInstanceOf(Promise);
});

test('whoever looks again lists what has come since, also the end of the life before', async () => {
  const objects = createMemoryObjectStore();
  const listed: number[] = [];
  const counted: ObjectStore = {
    ...objects,
    async list(prefix, options) {
      const page = await objects.list(prefix, options);
      listed.push(page.objects.length);
      return page;
    },
  };
  const seen: ReadParts = new Map();
  const read = async (): Promise<unknown> => {
    listed.length = 0;
    const lives = await readDriverOutput(counted, 'app', seen);
    return [lives.map(({ life, printed }) => [life.slice(-3), printed.map(({ text }) => text.slice(0, 1)).join('')]), [...listed]];
  };
  const first = outputOf(objects, '1-a');
  for (const letter of 'abc') void first.output.write('stdout', letter.repeat(300_000));
  await first.clock.advance(1_000);
  expect(await read()).toEqual([[['1-a', 'abc']], [3]]);
  void first.output.write('stdout', 'd'.repeat(300_000));
  await first.clock.advance(1_000);
  expect(await read()).toEqual([[['1-a', 'd']], [1]]);
  const second = outputOf(objects, '2-b');
  void second.output.write('stdout', 'e');
  await second.clock.advance(1_000);
  expect(await read()).toEqual([[['2-b', 'e']], [1]]);
  void first.output.write('stdout', 'f');
  await first.output.close();
  void second.output.write('stdout', 'g');
  await second.output.close();
  expect(await read()).toEqual([
    [
      ['1-a', 'f'],
      ['2-b', 'g'],
    ],
    [1, 1],
  ]);
  expect(await read()).toEqual([[], [0]]);
});
