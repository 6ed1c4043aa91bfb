import { Context } from 'levin';
import { type EmulatedEngine, startEmulatedEngine } from 'levin/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { topWords } from './top-words.ts';

let engine: EmulatedEngine;

beforeAll(async () => {
  engine = await startEmulatedEngine();
  for (const [name, value] of Object.entries(engine.env)) vi.stubEnv(name, value);
  await engine.makeBucket('books');
  await engine.put('s3://books/hamlet.txt', 'To be, or not to be:\nthat is the question to ask.');
});

afterAll(() => engine[Symbol.asyncDispose]());

test('counts words in functions', async () => {
  await using lv = await Context.create({ master: engine.master, quiet: true });
  expect(await topWords(lv, 's3://books/*.txt', 2)).toEqual([
    ['to', 3],
    ['be', 2],
  ]);
  expect(engine.lambda.environments().length).toBeGreaterThan(0);
});

test('is not disturbed by an S3 that is busy', async () => {
  engine.s3.inject({ operation: 'GetObject', times: 3, fault: { kind: 'error', status: 503, code: 'SlowDown' } });
  await using lv = await Context.create({ master: engine.master, quiet: true });
  expect(await topWords(lv, 's3://books/*.txt', 1)).toEqual([['to', 3]]);
  expect(engine.s3.pendingFaults()).toEqual([]);
});
