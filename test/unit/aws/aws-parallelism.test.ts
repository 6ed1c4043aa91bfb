import { expect, test } from 'vitest';
import { openAwsWiring } from '../../../driver/wiring-aws.ts';

/** Of a driver that works with an engine whose applications may have so many invocations in flight. */
async function parallelismWith(
  maxConcurrency: number,
): Promise<{ readonly concurrency: number; readonly parallelism: number | undefined }> {
  const engine = { name: 'test', version: '0.0.0', bucket: 'b', table: 't', memorySizesMb: [512], timeLimitMs: 900_000, maxConcurrency };
  const { stores, openRunner } = openAwsWiring({ engine, localFiles: false }, { requesterPays: false, upload: false });
  const ignored = (): void => undefined;
  const said = { onWarning: ignored, onFault: ignored, onOutput: ignored };
  const runner = openRunner({
    stores,
    localDir: null,
    shuffleCompression: null,
    storageFraction: 0.5,
    allowedEnv: [],
    broadcastCacheBytes: null,
    requesterPays: false,
    ...said,
  });
  await runner.close();
  await stores.metadata.close();
  return { concurrency: runner.capabilities.concurrency, parallelism: runner.defaultParallelism };
}

test('what a driver holds itself gets eight partitions on AWS, or as many as may be in flight', async () => {
  expect(await parallelismWith(250)).toEqual({ concurrency: 250, parallelism: 8 });
  expect(await parallelismWith(3)).toEqual({ concurrency: 3, parallelism: 3 });
});
