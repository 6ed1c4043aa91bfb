import { encodeConstant } from '../../engine/records/constant.ts';
import type { Moments } from '../../engine/records/moments.ts';
import type { ActionRequest, Application } from '../application/application.ts';
import { allPartitions } from './all-partitions.ts';
import { addCounts, evenBounds } from './histogram.ts';
import { allMoments } from './statistics.ts';

/** Bounds of so many even buckets take a job of their own, then the counts another one. */
export async function evenHistogram(
  request: Omit<ActionRequest, 'sink'>,
  app: Application,
  buckets: number,
): Promise<[number[], number[]]> {
  const moments = await app.runAction({ ...request, sink: { kind: 'moments', skipMissing: true }, parameters: [buckets] }, async (stage) =>
    allMoments((await stage.run(allPartitions(stage))).flat(1) as Moments[]),
  );
  return await histogramOf(request, app, evenBounds(moments, buckets));
}

export async function histogramOf<K>(
  request: Omit<ActionRequest, 'sink'>,
  app: Application,
  bounds: readonly K[],
): Promise<[K[], number[]]> {
  const sink = { kind: 'bucketCounts', bounds: encodeConstant(bounds) } as const;
  const counts = await app.runAction({ ...request, sink }, async (stage) =>
    addCounts((await stage.run(allPartitions(stage))).flat(1) as (readonly number[])[], bounds.length - 1),
  );
  return [[...bounds], counts];
}
