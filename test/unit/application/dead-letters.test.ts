import { expect, test } from 'vitest';
import { keepWinnersDeadLetters } from '../../../driver/application/dead-letters.ts';
import { createMemoryObjectStore } from '../../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import { objectKeys } from '../../../engine/types/keys.ts';

const key = (partition: number, attempt: string): string => objectKeys.deadLetters('app-1', 'stage-1', partition, attempt);

async function lettersOf(...keys: readonly string[]): Promise<ObjectStore> {
  const objects = createMemoryObjectStore();
  for (const each of keys) await objects.put(each, new Uint8Array(1));
  return objects;
}

async function leftIn(objects: ObjectStore): Promise<readonly string[]> {
  return (await objects.list('')).objects.map((each) => each.key).toSorted();
}

test('letters of attempts that lost are deleted, those of winners stay', async () => {
  const objects = await lettersOf(key(0, 'won'), key(0, 'lost'), key(1, 'lost'), key(2, 'won'));
  const winners = () => [{ attemptId: 'won' }, { attemptId: 'other' }, { attemptId: 'won' }];
  await keepWinnersDeadLetters({ objects, appId: 'app-1', stageId: 'stage-1', winners });
  expect(await leftIn(objects)).toEqual([key(0, 'won'), key(2, 'won')]);
});

test('a task that was made again while letters were listed has its new letters', async () => {
  const objects = await lettersOf(key(0, 'first'));
  let winner = 'first';
  const slow: ObjectStore = {
    ...objects,
    list: async (prefix, options) => {
      winner = 'second';
      await objects.put(key(0, 'second'), new Uint8Array(1));
      return await objects.list(prefix, options);
    },
  };
  await keepWinnersDeadLetters({ objects: slow, appId: 'app-1', stageId: 'stage-1', winners: () => [{ attemptId: winner }] });
  expect(await leftIn(objects)).toEqual([key(0, 'second')]);
});

test('nothing is deleted while tasks of the stage run again', async () => {
  const objects = await lettersOf(key(0, 'first'), key(0, 'under way'));
  await keepWinnersDeadLetters({ objects, appId: 'app-1', stageId: 'stage-1', winners: () => null });
  expect(await leftIn(objects)).toEqual([key(0, 'first'), key(0, 'under way')]);
});
