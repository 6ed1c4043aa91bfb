import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { jobFolder } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';
import { eventsOf } from '../support/run-events.ts';

const KEPT_POINTS = readFileSync(new URL('./jobs/kept-points.ts', import.meta.url), 'utf8');

test('the page shows the job of the loop', () => {
  expect(readFileSync(new URL('../../docs/memory-and-storage.md', import.meta.url), 'utf8')).toContain(KEPT_POINTS);
});

/** The same descent, in one loop over an array; sums in another order, so equal but for the last digits. */
function fitLine(points: readonly (readonly [number, number])[]): readonly [slope: number, offset: number] {
  let [slope, offset] = [0, 0];
  for (let pass = 1; pass < 20; pass++) {
    const errors = points.map(([x, y]) => [(slope * x + offset - y) * x, slope * x + offset - y] as const);
    slope -= errors.reduce((sum, [ds]) => sum + ds, 0) / points.length;
    offset -= errors.reduce((sum, [, db]) => sum + db, 0) / points.length;
  }
  return [slope, offset];
}

type TaskEnded = Extract<AppEvent, { kind: 'taskEnded' }>;

/** As many partitions as workers: nobody waits behind another, so each partition stays where it was first. */
const MASTERS = ['local[2]', 'local-cluster[2,1,256]'] as const;

const INPUT = Array.from({ length: 2000 }, (_, i) => `line ${i}`).join('\n');

describe.each(MASTERS)('on %s', (master) => {
  test('what is persisted is computed once: later passes read nothing of the input and run where the blocks are', async () => {
    using folder = jobFolder({
      'input.txt': INPUT,
      'job.ts': `
        import { Context, StorageLevel } from 'levin';
        await using lv = await Context.create();
        const levels = [StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK_SER, StorageLevel.DISK_ONLY];
        for (const level of levels) {
          const lengths = lv.textFile('input.txt', 2).map((line) => line.length).persist(level);
          const answers = [];
          for (let pass = 0; pass < 4; pass++) answers.push(await lengths.map((n) => n + pass).reduce((a, b) => a + b));
          console.log(JSON.stringify(answers));
        }
      `,
    });
    const { stdout, stderr } = await folder.run(['job.ts', '--on', master]);
    const length = INPUT.split('\n').join('').length;
    const answers = JSON.stringify([length, length + 2000, length + 4000, length + 6000]);
    expect(stdout.trim().split('\n')).toEqual([answers, answers, answers]);
    const tasks = (await eventsOf(folder, stderr)).filter((event) => event.kind === 'taskEnded');
    for (const job of [0, 1, 2]) {
      const [first, ...later] = [0, 1, 2, 3].map((pass) => ofStage(tasks, job * 4 + pass));
      expect(first?.map(({ metrics, blocks }) => [(metrics?.bytesRead ?? 0) > 0, blocks?.computed, blocks?.hits])).toEqual([
        [true, 1, 0],
        [true, 1, 0],
      ]);
      for (const pass of later) {
        expect(pass.map(({ metrics, blocks }) => [metrics?.bytesRead, blocks?.computed, blocks?.hits])).toEqual([
          [0, 0, 1],
          [0, 0, 1],
        ]);
        expect(pass.map(placeOf)).toEqual(first?.map(placeOf));
      }
    }
  });

  test('a loop reads its input in the first pass, and finds every partition where it is kept in the nineteen others', async () => {
    const points = Array.from({ length: 400 }, (_, i) => [i / 400, 3 * (i / 400) + 1] as const);
    using folder = jobFolder({ 'points.txt': points.map((point) => point.join(' ')).join('\n'), 'job.ts': KEPT_POINTS });
    const { stdout, stderr } = await folder.run(['job.ts', '--on', master]);
    const fitted = JSON.parse(stdout) as number[];
    for (const [i, expected] of fitLine(points).entries()) expect(fitted[i]).toBeCloseTo(expected, 9);
    const kept = (await eventsOf(folder, stderr)).flatMap((event) => (event.kind === 'taskEnded' && event.blocks ? [event.blocks] : []));
    const total = (count: (blocks: (typeof kept)[number]) => number): number => kept.reduce((sum, blocks) => sum + count(blocks), 0);
    expect([total(({ computed }) => computed), total(({ hits }) => hits)]).toEqual([2, 2 * 19]);
  });

  test('unpersist drops what is kept: it is computed again', async () => {
    using folder = jobFolder({
      'job.ts': `
        import { Context, StorageLevel } from 'levin';
        await using lv = await Context.create();
        const squares = lv.range(1000, { numSlices: 2 }).map((x) => x * x).cache();
        const tree = async () => console.log((await squares.toDebugString()).replace(/ at .*?:\\d+|\\d+\\.\\d (B|KiB)/g, ''));
        await tree();
        console.log(squares.getStorageLevel() === StorageLevel.MEMORY_ONLY, await squares.count());
        await tree();
        squares.unpersist();
        console.log(squares.getStorageLevel() === StorageLevel.NONE, await squares.count());
        await tree();
        squares.persist(StorageLevel.DISK_ONLY);
        console.log(await squares.count(), await squares.count());
        await tree();
      `,
    });
    const { stdout, stderr } = await folder.run(['job.ts', '--on', master]);
    expect(stdout.split('\n')).toEqual([
      '(2) map[1] [Memory Deserialized 1x Replicated]',
      ' |  range[0] []',
      'true 1000',
      '(2) map[1] [Memory Deserialized 1x Replicated]',
      ' |      CachedPartitions: 2; MemorySize: ; DiskSize: ',
      ' |  range[0] []',
      'true 1000',
      '(2) map[1] []',
      ' |  range[0] []',
      '1000 1000',
      '(2) map[1] [Disk Serialized 1x Replicated]',
      ' |      CachedPartitions: 2; MemorySize: ; DiskSize: ',
      ' |  range[0] []',
      '',
    ]);
    const tasks = (await eventsOf(folder, stderr)).filter((event) => event.kind === 'taskEnded');
    expect([0, 1, 2, 3].map((stage) => ofStage(tasks, stage).map(({ metrics }) => metrics?.recordsRead))).toEqual([
      [500, 500],
      [500, 500],
      [500, 500],
      [0, 0],
    ]);
  });

  test('take keeps the partitions that it looked at', async () => {
    using folder = jobFolder({
      'job.ts': `
        import { Context } from 'levin';
        await using lv = await Context.create();
        const rdd = lv.range(1000, { numSlices: 4 }).map((x) => ({ x })).cache();
        console.log(JSON.stringify(await rdd.take(1)), JSON.stringify(await rdd.take(2)));
        console.log(/CachedPartitions: 1;/.test(await rdd.toDebugString()));
      `,
    });
    const { stdout, stderr } = await folder.run(['job.ts', '--on', master]);
    expect(stdout).toBe('[{"x":0}] [{"x":0},{"x":1}]\ntrue\n');
    const tasks = (await eventsOf(folder, stderr)).filter((event) => event.kind === 'taskEnded');
    expect(tasks.map(({ metrics }) => metrics?.recordsRead)).toEqual([250, 0]);
  });
});

/** Keeps two partitions, kills the executor of one with all that it keeps, and goes on. */
const KILLED = (level: string) => `
  import { existsSync, writeFileSync } from 'node:fs';
  import { Context, StorageLevel } from 'levin';
  await using lv = await Context.create();
  const marker = process.argv.at(-1);
  const rdd = lv.range(1000, { numSlices: 2 }).map((x) => x * x).persist(StorageLevel.${level});
  const answers = [await rdd.count()];
  answers.push(await rdd.map((x) => {
    if (x === 0 && !existsSync(marker)) {
      writeFileSync(marker, '');
      process.kill(process.pid, 'SIGKILL');
      for (;;);
    }
    return x;
  }).count());
  answers.push(await rdd.reduce((a, b) => a + b));
  console.log(JSON.stringify(answers));
`;

test.each([
  ['MEMORY_ONLY', 'is computed again, once', 3],
  ['MEMORY_ONLY_2', 'is read from its copy in the object store', 2],
] as const)('%s: what a killed executor kept %s', async (level, _, computed) => {
  using folder = jobFolder({ 'job.ts': KILLED(level) });
  const { stdout, stderr } = await folder.run(['job.ts', '--on', 'local-cluster[2,1,256]', join(folder.path, 'marker')]);
  expect(stdout).toBe('[1000,1000,332833500]\n');
  const tasks = (await eventsOf(folder, stderr)).filter((event) => event.kind === 'taskEnded');
  // In the third pass both are at one executor, and the other one may take one over.
  const ofTwoPasses = [0, 1].flatMap((stage) => ofStage(tasks, stage)).filter(({ failure }) => failure === null);
  expect(ofTwoPasses.map(({ blocks }) => blocks?.computed ?? 0).reduce((a, b) => a + b)).toBe(computed);
});

test('on AWS what is persisted is an object that later invocations read', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512] });
  using folder = jobFolder({
    'input.txt': 'one\ntwo\nthree\nfour',
    'job.ts': `
      import { Context } from 'levin';
      await using lv = await Context.create();
      const lengths = lv.textFile('input.txt', 2).map((line) => { console.log('computed'); return line.length; }).cache();
      const answers = [];
      for (let pass = 0; pass < 3; pass++) answers.push(await lengths.map((n) => n + pass).collect());
      console.log(JSON.stringify(answers));
      console.log(/CachedPartitions: 2; MemorySize: 0.0 B; DiskSize: [1-9]/.test(await lengths.toDebugString()));
      lengths.unpersist();
      console.log(JSON.stringify(await lengths.collect()));
    `,
  });
  const { stdout, stderr } = await folder.run(['--on', 'aws:test', 'job.ts'], { env: aws.env });
  const lines = `${stdout}\n${stderr}`.split('\n');
  expect(stdout.split('\n').filter((line) => !line.startsWith('[stage'))).toEqual([
    '[[3,3,5,4],[4,4,6,5],[5,5,7,6]]',
    'true',
    '[3,3,5,4]',
    '',
  ]);
  const stages = new Set(lines.flatMap((line) => /^\[stage (\d+) .* computed$/.exec(line)?.[1] ?? []));
  expect([...stages].toSorted()).toEqual(['0', '3']);
});

test('another level is refused until unpersist', async () => {
  using folder = jobFolder({
    'job.ts': `
      import { Context, StorageLevel } from 'levin';
      await using lv = await Context.create();
      const rdd = lv.range(10).cache().cache();
      const say = (f) => { try { f(); } catch (error) { console.log(error.code, error.message.replace(/ at .*? is/, ' is')); } };
      say(() => rdd.persist(StorageLevel.DISK_ONLY));
      say(() => rdd.persist(StorageLevel.NONE));
      say(() => rdd.persist('MEMORY_ONLY'));
      console.log(rdd.unpersist().persist(StorageLevel.OFF_HEAP).getStorageLevel() === StorageLevel.OFF_HEAP);
    `,
  });
  const { stdout } = await folder.run(['job.ts', '--on', 'local[1]']);
  expect(stdout.split('\n')).toEqual([
    'STORAGE_LEVEL_SET persist: the RDD of range is persisted already (Memory Deserialized 1x Replicated) and cannot become Disk Serialized 1x Replicated. Call unpersist() before.',
    'INVALID_ARGUMENT persist: the level is StorageLevel.NONE, which keeps nothing. Call unpersist() to keep nothing any more.',
    'INVALID_ARGUMENT persist: the level is "MEMORY_ONLY"; it must be one of StorageLevel, such as StorageLevel.MEMORY_AND_DISK.',
    'true',
    '',
  ]);
});

function ofStage(tasks: readonly TaskEnded[], stage: number): readonly TaskEnded[] {
  return tasks.filter((task) => task.stage === stage).sort((a, b) => a.partition - b.partition);
}

function placeOf({ blocks }: TaskEnded): string {
  return `${blocks?.executorId}/${blocks?.worker}`;
}
