import { expect, test } from 'vitest';
import { pulledStream } from '../../../engine/runtime/record-path/record-stream.ts';
import { END_OF_RECORDS } from '../../../engine/runtime/spill/end-of-records.ts';

test('a pull of large records ends early, so that a batch of groups is no more than some of them', async () => {
  let given = 0;
  let closed = 0;
  const next = (): unknown => (given < 10 ? [given++, 'x'.repeat(300_000)] : END_OF_RECORDS);
  const stream = pulledStream(next, () => {
    closed += 1;
  });
  const sizes: number[] = [];
  for (let batch = await stream.pull(1024); batch !== null; batch = await stream.pull(1024)) sizes.push(batch.length);
  expect([sizes, closed]).toEqual([[4, 4, 2], 1]);
});

test('small records come as many as were asked for', async () => {
  let given = 0;
  const stream = pulledStream(
    () => given++,
    () => undefined,
  );
  expect([(await stream.pull(1024))?.length, (await stream.pull(7))?.length]).toEqual([1024, 7]);
});
