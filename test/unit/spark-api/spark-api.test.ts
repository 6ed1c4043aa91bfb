import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RDD } from '../../../driver/api/rdd.ts';
import { Context } from '../../../driver/index.ts';
import { ACTIONS } from '../../support/spark-api/actions.ts';
import { CONTEXT } from '../../support/spark-api/context.ts';
import { PAIRS } from '../../support/spark-api/pairs.ts';
import { TRANSFORMATIONS } from '../../support/spark-api/transformations.ts';
import { SPARK_API } from '../../support/spark-api.ts';

test('the list has every name of the reference', () => {
  expect([TRANSFORMATIONS.length, ACTIONS.length, PAIRS.length, CONTEXT.length]).toEqual([52, 48, 32, 56]);
  expect(new Set(SPARK_API.map(({ spark }) => spark)).size).toBe(SPARK_API.length);
});

describe.each(SPARK_API)('$spark', ({ ours, refusedBecause, laterIssue, test: shown }) => {
  test('is here, refused with a reason, or named as later', () => {
    expect([ours, refusedBecause, laterIssue ?? null].filter((fate) => fate !== null)).toHaveLength(1);
    expect(shown === null).toBe(ours === null);
  });
});

test.each(SPARK_API.filter(({ ours }) => ours !== null))('$spark is there as $ours, with a test', ({ ours, test: shown }) => {
  const [owner, name] = (ours as string).split('.') as [string, string];
  const subject = { rdd: RDD.prototype, lv: Context.prototype }[owner] as object;
  expect(name in subject).toBe(true);
  expect(existsSync(new URL(`../../${(shown as string).split(' › ')[0]}`, import.meta.url))).toBe(true);
});
