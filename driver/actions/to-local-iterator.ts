import type { ResultStage } from '../application/application.ts';

/** One job for each partition, the next one only when the loop has come that far. */
export async function* streamPartitions<T>(stage: ResultStage): AsyncGenerator<T, void, void> {
  for (let partition = 0; partition < stage.numPartitions; partition++) {
    const [records] = await stage.run([partition]);
    yield* (records ?? []) as readonly T[];
  }
}
