import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { simulate } from '../../simulator/simulate.ts';
import { WORD_COUNTS, wordCount } from './support/word-count.ts';

const PROGRAM = fileURLToPath(new URL('./support/print-history.ts', import.meta.url));

async function historyIn(process_: { readonly tz: string; readonly heapMb: number }, seeds: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${process_.heapMb}`, PROGRAM, ...seeds], {
    env: { ...process.env, TZ: process_.tz },
    maxBuffer: 2 ** 28,
  });
  return stdout;
}

test('without faults a job gives its answer, in virtual time', async () => {
  const { outcome, elapsedMs, drivers } = await simulate(wordCount, { seed: 'calm' });
  expect(outcome).toEqual({ kind: 'answer', answer: WORD_COUNTS, answers: [WORD_COUNTS] });
  expect(elapsedMs).toBeGreaterThan(500);
  expect(drivers).toBe(1);
});

test('the same seeds give the same histories byte by byte in another process, time zone and heap size', async () => {
  const seeds = ['1', '2', '3', '4', '5', '6'];
  const [here, there] = await Promise.all([
    historyIn({ tz: 'Pacific/Auckland', heapMb: 200 }, seeds),
    historyIn({ tz: 'America/St_Johns', heapMb: 2000 }, seeds),
  ]);
  expect(here.length).toBeGreaterThan(20_000);
  expect(here.match(/fault /g)?.length).toBeGreaterThan(40);
  expect(there).toBe(here);
});

test('virtual time does not move while something waits for the real world', async () => {
  await expect(historyIn({ tz: 'UTC', heapMb: 500 }, ['waits'])).rejects.toMatchObject({
    stderr: expect.stringMatching(/REAL_HANDLE|waits for the real world \(open: .*Timeout/),
  });
});

test('a job that never ends is told from one that takes long', async () => {
  const waiting = simulate(() => new Promise<never>(() => undefined), { seed: 'waits', maxMs: 60_000 });
  await expect(waiting).rejects.toMatchObject({
    code: 'NEVER_ENDS',
    message: expect.stringMatching(
      /^The simulated job has not ended after 60 s of virtual time, in which \d+ things are still to happen\.$/,
    ),
  });
});

test('another seed gives another history', async () => {
  const [one, two] = await Promise.all([historyIn({ tz: 'UTC', heapMb: 500 }, ['1']), historyIn({ tz: 'UTC', heapMb: 500 }, ['2'])]);
  expect(one).not.toBe(two);
});
