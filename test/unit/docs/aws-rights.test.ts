import { expect, test } from 'vitest';
import { type Place, RIGHTS } from '../../../infra/rights.ts';
import { readRepositoryFile } from '../../support/consumer.ts';

/** ARNs as a person writes them into a policy. */
const PLACES: Readonly<Partial<Record<Place, string>>> = {
  driver: '`function:levin-<engine>-driver`',
  executors: '`function:levin-<engine>-executor-*`',
  table: '`table/levin-<engine>`',
  bucket: 'the engine’s bucket',
  objects: 'objects of the engine’s bucket',
  readableBuckets: 'buckets of `--read` and `--write`',
  readableObjects: 'their objects',
  writableObjects: 'objects of `--write`',
  key: 'the engine’s key, with `--encryption kms`',
};

test('docs/aws.md names every right of whoever runs jobs', () => {
  const rows = RIGHTS.caller.map(
    ({ actions, on, reason }) => `| ${actions.map((action) => `\`${action}\``).join(', ')} | ${PLACES[on]} | ${reason} |`,
  );
  expect(readRepositoryFile('docs/aws.md')).toContain(rows.join('\n'));
});
