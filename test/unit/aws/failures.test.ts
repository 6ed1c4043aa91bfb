import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../support/consumer.ts';
import { DYNAMODB_FAILURES } from './dynamodb-failure-cases.ts';
import { type FailureWorld, startFailureWorld } from './failure-world.ts';
import { type FailureCase, S3_FAILURES } from './s3-failure-cases.ts';

let world: FailureWorld;

beforeAll(async () => {
  world = await startFailureWorld();
});
afterAll(() => world.close());

describe.each([
  ['S3', S3_FAILURES],
  ['DynamoDB', DYNAMODB_FAILURES],
] as const)('%s', (_, cases) => {
  test.for(cases)('$provoked is $code', async ({ run, code, fault, effect, names = [] }) => {
    const error = await run(world).then(
      (answer) => expect.fail(`answered ${JSON.stringify(answer)}`),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'LevinError', code, fault });
    const { details, message } = error as { details: Record<string, unknown>; message: string };
    expect(details['effect']).toBe(effect === 'none' ? 'none' : undefined);
    for (const name of names) expect(message).toContain(name);
    expect([...world.s3.pendingFaults(), ...world.dynamodb.pendingFaults()]).toEqual([]);
  });
});

test('docs/aws-failures.md says what was provoked', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/aws-failures.md'), 'utf8');
  for (const cases of [S3_FAILURES, DYNAMODB_FAILURES]) expect(page).toContain(rowsOf(cases));
});

function rowsOf(cases: readonly FailureCase[]): string {
  const rows = cases.map(({ provoked, code, fault, effect }) => {
    const done = effect === 'none' || fault !== 'transient' ? 'no' : 'unknown';
    return `| ${provoked} | \`${code}\` | ${fault} | ${done} |`;
  });
  return [...new Set(rows)].join('\n');
}
