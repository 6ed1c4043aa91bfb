import { expect, test } from 'vitest';
import { createMemoryMetadataStore } from '../../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../../engine/adapters/memory/memory-staged-files.ts';
import { LevinError } from '../../../engine/errors/levin-error.ts';
import type { Check, MetadataStore } from '../../../engine/ports/metadata-store.ts';
import type { StagedFiles } from '../../../engine/ports/staged-files.ts';
import { createElection, type Election } from '../../../engine/runtime/election.ts';
import { raiseGeneration } from '../../../engine/runtime/raise-generation.ts';
import type { PreparedOutput } from '../../../engine/runtime/worker/worker-protocol.ts';
import { metadataKeys } from '../../../engine/types/keys.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';
import { attemptA, attemptB, metrics, task } from './commit-shapes.ts';

const FENCE: Check = { key: metadataKeys.lease('app-1'), condition: { kind: 'equals', fields: { epoch: 1 } } };
const RESET = new LevinError({ code: 'CONNECTION_RESET', fault: 'transient', message: 'reset' });

interface Race {
  readonly metadata: MetadataStore;
  readonly staged: StagedFiles;
  readonly warnings: string[];
  /** Stages a file for the attempt. */
  file(attemptId: string, generation?: number): Promise<readonly [TaskSpec, PreparedOutput]>;
  /** What is staged now. */
  left(): Promise<readonly string[]>;
  election(over?: { readonly metadata?: MetadataStore; readonly staged?: Pick<StagedFiles, 'discard'> }): Election;
}

function race(): Race {
  const metadata = createMemoryMetadataStore({ clock: { now: () => 0 } });
  const staged = createMemoryStagedFiles(createMemoryObjectStore());
  const warnings: string[] = [];
  return {
    metadata,
    staged,
    warnings,
    async file(attemptId, generation = 0) {
      const path = `/out/part-00007-${attemptId}`;
      await staged.stage(path.slice(1), new TextEncoder().encode('a line\n'));
      const spec = { ...task, attemptId, generation } as TaskSpec;
      return [spec, { output: { kind: 'file', path, length: 7, checksum: '0' }, metrics }];
    },
    left: () => staged.list('out'),
    election: (over = {}) =>
      createElection({
        metadata: over.metadata ?? metadata,
        readOffsets: async () => [],
        staged: () => over.staged ?? staged,
        onWarning: (message) => warnings.push(message),
      }),
  };
}

/** A store that does what it is asked to, and whose first answer is lost; `meanwhile` happens before it is asked again. */
function losingAnswers(metadata: MetadataStore, meanwhile: () => Promise<unknown> = async () => undefined): MetadataStore {
  let calls = 0;
  return {
    ...metadata,
    async put(...call) {
      const answer = await metadata.put(...call);
      if (calls++ > 0) return answer;
      await meanwhile();
      throw RESET;
    },
  };
}

test('an attempt that loses takes away what it staged; the winner’s file stays, and can be published', async () => {
  const { file, election, left, staged } = race();
  expect(await election().commit(...(await file(attemptA)))).toMatchObject({ kind: 'success', lostRace: false });
  expect(await election().commit(...(await file(attemptB)))).toMatchObject({
    kind: 'success',
    lostRace: true,
    result: { attemptId: attemptA },
  });
  expect(await left()).toEqual([`out/part-00007-${attemptA}`]);
  expect(await staged.publish(`out/part-00007-${attemptA}`)).toBe(true);
});

test('one that loses when the winner’s file was published long ago leaves nothing of its own', async () => {
  const { file, election, left, staged } = race();
  await election().commit(...(await file(attemptA)));
  await staged.publish(`out/part-00007-${attemptA}`);
  await election().commit(...(await file(attemptB)));
  expect(await left()).toEqual([]);
});

test('of two deliveries of one attempt the second takes away its own file alone', async () => {
  const { file, election, left } = race();
  await election().commit(...(await file(`${attemptA}_11111111`)));
  await election().commit(...(await file(`${attemptA}_22222222`)));
  expect(await left()).toEqual([`out/part-00007-${attemptA}_11111111`]);
});

test('a winner whose answer was lost keeps its file', async () => {
  const { file, election, left, metadata } = race();
  const outcome = await election({ metadata: losingAnswers(metadata) }).commit(...(await file(attemptA)));
  expect(outcome).toMatchObject({ kind: 'success', lostRace: false });
  expect(await left()).toEqual([`out/part-00007-${attemptA}`]);
});

test('also when its generation is over by the time it asks again: it may be published already', async () => {
  const { file, election, left, metadata } = race();
  await metadata.put(FENCE.key, { epoch: 1 });
  const raise = (): Promise<unknown> => raiseGeneration({ metadata, ...task, fence: FENCE, from: 0 });
  const outcome = await election({ metadata: losingAnswers(metadata, raise) }).commit(...(await file(attemptA)));
  expect(outcome).toMatchObject({ kind: 'failure', failure: { kind: 'superseded' } });
  expect(await left()).toEqual([`out/part-00007-${attemptA}`]);
});

test('one whose first write was lost on its way, and that loses the second time, takes its file away', async () => {
  const { file, election, left, metadata } = race();
  let calls = 0;
  const late: MetadataStore = {
    ...metadata,
    async put(...call) {
      if (calls++ > 0) return await metadata.put(...call);
      await election().commit(...(await file(attemptB)));
      throw RESET;
    },
  };
  const outcome = await election({ metadata: late }).commit(...(await file(attemptA)));
  expect(outcome).toMatchObject({ kind: 'success', lostRace: true, result: { attemptId: attemptB } });
  expect(await left()).toEqual([`out/part-00007-${attemptB}`]);
});

test('one that comes after its generation is over takes its file away', async () => {
  const { file, election, left, metadata } = race();
  await metadata.put(FENCE.key, { epoch: 1 });
  await election().commit(...(await file(attemptA)));
  await raiseGeneration({ metadata, ...task, fence: FENCE, from: 0 });
  expect(await election().commit(...(await file(attemptB)))).toMatchObject({ kind: 'failure', failure: { kind: 'superseded' } });
  expect(await left()).toEqual([`out/part-00007-${attemptA}`]);
});

test('one whose application is gone takes its file away', async () => {
  const { file, election, left } = race();
  await expect(election().commit(...(await file(attemptA, 1)))).rejects.toMatchObject({ code: 'COMMIT_INCONSISTENT' });
  expect(await left()).toEqual([]);
});

test('one that cannot learn whether it has won keeps its file', async () => {
  const { file, election, left, metadata } = race();
  const broken: MetadataStore = {
    ...metadata,
    async put() {
      throw RESET;
    },
  };
  await expect(election({ metadata: broken }).commit(...(await file(attemptA)))).rejects.toBe(RESET);
  expect(await left()).toEqual([`out/part-00007-${attemptA}`]);
});

test('one that was stopped does not take part, and its file goes', async () => {
  const { file, election, left, metadata } = race();
  await election().withdraw(...(await file(attemptA)));
  expect(await left()).toEqual([]);
  expect(await metadata.get(metadataKeys.commit('app-1', task.stageId, 7))).toBe(null);
});

test('a file that cannot be taken away is a warning, and the attempt ends as it would', async () => {
  const { file, election, warnings } = race();
  await election().commit(...(await file(attemptA)));
  const refusals: Pick<StagedFiles, 'discard'>['discard'][] = [
    async () => {
      throw new Error('access is denied');
    },
    async (_folder, keys) => ({ failed: keys.map((key) => ({ key, message: 'SlowDown' })) }),
  ];
  for (const discard of refusals)
    expect(await election({ staged: { discard } }).commit(...(await file(attemptB)))).toMatchObject({ kind: 'success', lostRace: true });
  const text = (why: string): string =>
    `The staged file of /out/part-00007-${attemptB}, which no output is made of, could not be taken away. [${why}] It lies below _levin/staged in that folder and can be deleted once no job writes there.`;
  expect(warnings).toEqual([text('access is denied'), text('SlowDown')]);
});

test('where nothing was staged nothing is opened', async () => {
  const { election, warnings, file } = race();
  const [spec, { metrics: measured }] = await file(attemptA);
  const none = { output: { kind: 'none', checksum: '0' }, metrics: measured } as const;
  const { commit, withdraw } = createElection({
    metadata: createMemoryMetadataStore({ clock: { now: () => 0 } }),
    readOffsets: async () => [],
    staged: () => {
      throw new Error('opened');
    },
    onWarning: (message) => warnings.push(message),
  });
  await commit(spec, none);
  await commit({ ...spec, attemptId: attemptB }, none);
  await withdraw(spec, none);
  expect([warnings, await election().commit(spec, none)]).toMatchObject([[], { kind: 'success' }]);
});
