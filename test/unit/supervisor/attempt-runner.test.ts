import { createHash } from 'node:crypto';
import { pack } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../../../engine/adapters/memory/seeded-random.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { TaskTemplate } from '../../../engine/plan/stage-plan.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { Scratch } from '../../../engine/ports/scratch.ts';
import { decodeBlock } from '../../../engine/records/block.ts';
import { createAttemptRunner } from '../../../engine/runtime/worker/attempt-runner.ts';
import type { RunAttempt } from '../../../engine/runtime/worker/serve-worker.ts';
import { createTemplateCache } from '../../../engine/runtime/worker/template-cache.ts';
import { createWorkerCode } from '../../../engine/runtime/worker/worker-code.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';
import { createExchange } from '../../../shuffle/exchange.ts';
import { AMPLE_MEMORY, memoryScratch } from '../../support/task-memory.ts';

const COUNT: TaskTemplate = {
  version: 1,
  appId: 'a',
  plan: { nodes: [{ kind: 'range', start: 0, step: 1, count: 10, numPartitions: 3 }], sink: { kind: 'count' }, numPartitions: 3 },
  closures: [],
  closureInfos: [],
};
const BYTES = pack(COUNT);
const HASH = createHash('sha256').update(BYTES).digest('hex');

function specOf(overrides: Partial<TaskSpec>): TaskSpec {
  const place = { appId: 'a', stageId: 's', stageNumber: 0, partition: 0, partitionCount: 3, generation: 0, attempt: 0, attemptId: 'x' };
  return { ...place, template: { hash: HASH, inline: null }, bundleHash: null, inputs: [], bounds: null, maxMs: null, ...overrides };
}

function runnerOver(objects: ObjectStore, openScratch: (attemptId: string) => Scratch = memoryScratch): RunAttempt {
  return createAttemptRunner({
    objects,
    files: objects,
    staged: createMemoryStagedFiles(objects),
    exchange: createExchange({ objects }),
    clock: createVirtualClock(),
    random: createSeededRandom('seed'),
    memory: AMPLE_MEMORY,
    openScratch,
    code: createWorkerCode(() => Promise.reject(new Error('there are no closures, so no code is needed'))),
  });
}

const { signal } = new AbortController();

describe('attempt runner', () => {
  test('runs a template that comes inline and one that is stored', async () => {
    const objects = createMemoryObjectStore();
    await objects.put(`apps/a/templates/${HASH}`, BYTES);
    for (const inline of [BYTES, null]) {
      const counts = [];
      for (const partition of [0, 1, 2]) {
        const inputs = [{ leaf: 0, partition, input: { kind: 'shuffle', slices: [] } }] as const;
        const { output } = await runnerOver(objects)(specOf({ template: { hash: HASH, inline }, partition, inputs }), { signal });
        counts.push(output.kind === 'inline' ? decodeBlock(output.block) : output.kind);
      }
      expect(counts).toEqual([[3], [3], [4]]);
    }
  });

  test('drops the temporary files of an attempt when it ends, well or not', async () => {
    const objects = createMemoryObjectStore();
    const opened: Scratch[] = [];
    const run = runnerOver(objects, () => {
      const scratch = memoryScratch();
      opened.push(scratch);
      return scratch;
    });
    await run(specOf({ template: { hash: HASH, inline: BYTES } }), { signal });
    const read: TaskTemplate = { ...COUNT, plan: { ...COUNT.plan, nodes: [{ kind: 'slices', numPartitions: 3 }] } };
    const inline = pack(read);
    const hash = createHash('sha256').update(inline).digest('hex');
    await expect(run(specOf({ template: { hash, inline } }), { signal })).rejects.toThrow('has no input');
    expect(opened).toHaveLength(2);
    for (const scratch of opened) expect(() => scratch.append('a', new Uint8Array(1))).toThrow('were dropped already');
  });

  test('refuses a template that is not what its hash says', async () => {
    const objects = createMemoryObjectStore();
    await objects.put(`apps/a/templates/${'0'.repeat(64)}`, BYTES);
    const run = runnerOver(objects)(specOf({ template: { hash: '0'.repeat(64), inline: null } }), { signal });
    await expect(run).rejects.toMatchObject({
      code: 'SHARED_LOST',
      fault: 'transient',
      message: `The object apps/a/templates/${'0'.repeat(64)}, which tasks share, is lost or damaged: It does not have the SHA-256 that it is named by. Something deletes or changes files in the state folder.`,
    });
  });
});

describe('template cache', () => {
  test('prepares a template once, and again after it failed or 16 others came', async () => {
    const prepared: string[] = [];
    let fail = true;
    const cache = createTemplateCache(createMemoryObjectStore(), async (template) => {
      prepared.push(template.appId);
      if (fail) throw new Error('module is broken');
      return template.appId;
    });
    const get = (appId: string): Promise<string> => {
      const inline = pack({ ...COUNT, appId });
      return cache.get(specOf({ template: { hash: createHash('sha256').update(inline).digest('hex'), inline } }), signal);
    };
    await expect(get('first')).rejects.toThrow('module is broken');
    fail = false;
    expect(await Promise.all([get('first'), get('first')])).toEqual(['first', 'first']);
    for (let i = 0; i < 15; i++) await get(`other ${i}`);
    await get('first');
    expect(prepared.filter((name) => name === 'first')).toHaveLength(2);
    for (let i = 15; i < 31; i++) await get(`other ${i}`);
    await get('first');
    expect(prepared.filter((name) => name === 'first')).toHaveLength(3);
  });
});
