import { describe, expect, test } from 'vitest';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { type OwnRounds, openBarrier } from '../../../engine/runtime/worker/barrier-rounds.ts';
import { specOf } from '../../support/executors/specs.ts';

const SPEC = specOf({ do: 'value', value: '' });

interface World {
  readonly objects: ObjectStore;
  readonly signal: AbortSignal;
  member(partition: number, gang?: string): Promise<OwnRounds>;
  keys(): Promise<readonly string[]>;
  /** Time goes on whenever all wait for it. */
  settle<R>(work: Promise<R>): Promise<R>;
}

function world(partitionCount: number, signal = new AbortController().signal): World {
  const objects = createMemoryObjectStore();
  const clock = createVirtualClock();
  return {
    objects,
    signal,
    member: (partition, gang = 'gang') =>
      openBarrier(
        { ...SPEC, partition, partitionCount, attemptId: `${gang}-${partition}`, barrier: { id: gang, timeoutMs: 60_000 } },
        { objects, clock, signal },
      ),
    keys: async () => (await objects.list('')).objects.map(({ key }) => key.slice(`apps/${SPEC.appId}/barrier/${SPEC.stageId}/`.length)),
    async settle(work) {
      let over = false;
      const ended = work.finally(() => {
        over = true;
      });
      ended.catch(() => undefined);
      while (!over) await clock.advance(50);
      return await ended;
    },
  };
}

const gang = ({ member, settle }: World, partitions: readonly number[]): Promise<OwnRounds[]> =>
  settle(Promise.all(partitions.map((p) => member(p))));

describe('tasks of a barrier stage', () => {
  test('meet, hear what each has said in the order of partitions', async () => {
    const w = world(3);
    const members = await gang(w, [0, 1, 2]);
    expect(members[1]?.members).toEqual(['gang-0', 'gang-1', 'gang-2']);
    const rounds = await w.settle(
      Promise.all(
        members.map(async (own, p) => {
          await own.meet('barrier', '');
          const heard = await own.meet('allGather', `ä${p}`);
          await own.end();
          return heard;
        }),
      ),
    );
    expect(rounds).toEqual([1, 2, 3].map(() => ['ä0', 'ä1', 'ä2']));
    expect((await w.keys()).slice(-7)).toEqual([
      'gang/2-all',
      ...['gang/2/0.allGather', 'gang/2/1.allGather', 'gang/2/2.allGather'],
      ...['gang/3/0.ended', 'gang/3/1.ended', 'gang/3/2.ended'],
    ]);
  });

  test('that is alone meets itself', async () => {
    const w = world(1);
    const [own] = (await gang(w, [0])) as [OwnRounds];
    expect(await w.settle(own.meet('allGather', 'x'))).toEqual(['x']);
  });

  test('end when not all have begun within 30 s, and say which have not', async () => {
    const w = world(4);
    const message = 'did not meet the other tasks of its barrier stage: after 30000 ms in the beginning, partitions 1, 3 have not begun.';
    const ended = await w.settle(Promise.allSettled([w.member(0), w.member(2)]));
    for (const outcome of ended)
      expect(outcome).toMatchObject({ reason: { code: 'BARRIER_TIMEOUT', fault: 'transient', message: expect.stringContaining(message) } });
  });

  test('end when partition 0 never comes', async () => {
    const w = world(2);
    await expect(w.settle(w.member(1))).rejects.toMatchObject({
      code: 'BARRIER_TIMEOUT',
      message: expect.stringContaining('after 35000 ms in the beginning, partition 0 has said nothing.'),
    });
  });

  test('wait no longer than configured, and say who is late and how far that one is', async () => {
    const w = world(3);
    const [a, b, c] = (await gang(w, [0, 1, 2])) as [OwnRounds, OwnRounds, OwnRounds];
    await w.settle(Promise.all([a, b, c].map((own) => own.meet('barrier', ''))));
    await expect(w.settle(Promise.all([a.meet('barrier', ''), b.meet('barrier', '')]))).rejects.toMatchObject({
      code: 'BARRIER_TIMEOUT',
      message: expect.stringContaining('after 60000 ms in barrier(), call 2 of each task, partitions 2 have made 1 call and still run.'),
    });
  });

  test.each([
    [2, 'partition 2 has ended after 0 calls, while others wait in barrier(), call 1 of each task.'],
    [0, 'partition 0 has ended after 0 calls, while others wait.'],
  ])('learn at once that one has ended without making the call (partition %d)', async (ends, message) => {
    const w = world(3);
    const members = await gang(w, [0, 1, 2]);
    await members[ends]?.end();
    const others = members.filter((_, p) => p !== ends).map((own) => own.meet('barrier', ''));
    for (const outcome of await w.settle(Promise.allSettled(others)))
      expect(outcome).toMatchObject({ reason: { code: 'BARRIER_UNEQUAL', fault: 'user', message: expect.stringContaining(message) } });
  });

  test('learn that one makes another call', async () => {
    const w = world(2);
    const [a, b] = (await gang(w, [0, 1])) as [OwnRounds, OwnRounds];
    for (const outcome of await w.settle(Promise.allSettled([a.meet('barrier', ''), b.meet('allGather', '')])))
      expect(outcome).toMatchObject({
        reason: {
          code: 'BARRIER_UNEQUAL',
          message: expect.stringContaining(
            'partition 1 made its call 1 to allGather(), while others wait in barrier(), call 1 of each task.',
          ),
        },
      });
  });

  test('never meet those of an earlier gang', async () => {
    const w = world(2);
    const first = await gang(w, [0, 1]);
    const second = await w.settle(Promise.all([0, 1].map((p) => w.member(p, 'next'))));
    void first[0]?.meet('allGather', 'old').catch(() => undefined);
    const heard = await w.settle(Promise.all(second.map((own) => own.meet('allGather', 'new'))));
    expect(heard).toEqual([
      ['new', 'new'],
      ['new', 'new'],
    ]);
  });

  test('that are called off wait no longer', async () => {
    const abort = new AbortController();
    const w = world(2, abort.signal);
    const [a] = (await gang(w, [0, 1])) as [OwnRounds];
    const waits = w.settle(a.meet('barrier', ''));
    abort.abort(new Error('called off'));
    await expect(waits).rejects.toThrow('called off');
  });
});
