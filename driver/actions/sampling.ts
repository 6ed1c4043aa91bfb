import type { ActionRequest, Application } from '../application/application.ts';
import { allPartitions } from './all-partitions.ts';
import { type SampleRequest, sampleSizes, shuffled } from './draw-sample.ts';

/** Spark's largest sample: `2147483647 − 10 · floor(sqrt(2147483647))`. */
export const MAX_SAMPLE = 2_147_020_237;

/** A job counts the partitions; the draws are dealt out to them; a second job brings exactly the records drawn. */
export async function takeSample<T>(request: Omit<ActionRequest, 'sink'>, app: Application, sample: SampleRequest): Promise<T[]> {
  const parameters = [sample.withReplacement, sample.n, sample.seed];
  const counts = await app.runAction({ ...request, sink: { kind: 'count' }, parameters }, async (stage) =>
    (await stage.run(allPartitions(stage))).map(([count]) => count as number),
  );
  if (sample.n === 0 || counts.every((count) => count === 0)) return [];
  const sizes = sampleSizes(counts, sample);
  const sink = { kind: 'sampleRecords', sizes, withReplacement: sample.withReplacement, seed: String(sample.seed) } as const;
  return await app.runAction({ ...request, sink }, async (stage) => {
    const drawn = sizes.flatMap((size, partition) => (size > 0 ? [partition] : []));
    return shuffled((await stage.run(drawn)).flat(1) as T[], sample.seed);
  });
}
