import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RecordedRequest } from '../../testing/emulators/recorded-request.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

const N = 100;
const READS = ['GetItem', 'Query'];
const WRITES = ['PutItem', 'TransactWriteItems', 'DeleteItem'];
/** Reads and puts that are late are asked again, one in a hundred and one for each process at most; a busy machine is late. */
const again = (requests: number): number => requests / 100 + 4;

test('a shuffle of 100 × 100 on Lambda: a PUT for each map, a GET for each pair, a metadata write for each task', async () => {
  await using aws = await startEmulatedAws({ maxConcurrency: 4 });
  const job = fileURLToPath(new URL('./jobs/lambda-shuffle.ts', import.meta.url));
  const { result } = await aws.run(job, { args: [String(N)], timeoutMs: 600_000 });
  expect(result).toEqual(Array.from({ length: 10 * N }, (_, key) => [key, N]));

  const ofTasks = ({ caller }: RecordedRequest): boolean => caller?.includes('-executor-') ?? false;
  const data = aws.s3.requests().filter((request) => ofTasks(request) && request.keys.some((key) => key.includes('/shuffle/')));
  const puts = data.filter(({ operation }) => operation === 'PutObject');
  const gets = data.filter(({ operation }) => operation === 'GetObject');
  expect(data).toHaveLength(puts.length + gets.length);
  expect(new Set(puts.flatMap(({ keys }) => keys)).size).toBe(N);
  expect(puts.length).toBeLessThanOrEqual(N + again(N));
  expect(new Set(gets.map(({ keys, range }) => `${keys.join()} ${range}`)).size).toBe(N * N);
  expect(gets.length).toBeLessThanOrEqual(N * N + again(N * N));

  const items = aws.dynamodb.requests().filter(ofTasks);
  expect(items.filter(({ operation }) => WRITES.includes(operation))).toHaveLength(2 * N);
  expect(items.filter(({ operation }) => READS.includes(operation)).length).toBeLessThanOrEqual(2 * N);
}, 900_000);
