import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../driver/journal/journal-entry.ts';
import { createReplay } from '../../../driver/journal/replay.ts';

const launched = (stageId: string, attemptId: string): JournalEntry => ({ kind: 'launched', stageId, attempts: [[0, 0, attemptId]] });

/** Attempts that may still run after these entries, with how long. */
function mayRun(...entries: readonly JournalEntry[]): readonly unknown[] {
  const replay = createReplay({
    appId: 'app',
    entries: entries.map((entry) => ({ epoch: 1, entry })),
    loadBytes: async () => new Uint8Array(),
  });
  return replay.mayRun().map(({ attemptId, leftMs }) => [attemptId, leftMs]);
}

test('attempts that were called off may run for as long as that takes, those launched after it for as long as they may', () => {
  const entries = [launched('a', '1'), launched('b', '2')];
  expect(mayRun(...entries)).toEqual([
    ['1', null],
    ['2', null],
  ]);
  expect(mayRun(...entries, { kind: 'calledOff', withinMs: 10_000 }, launched('a', '3'))).toEqual([
    ['1', 10_000],
    ['2', 10_000],
    ['3', null],
  ]);
});

test('to call off what was handed over makes no time longer', () => {
  const left = (attemptId: string, leftMs: number) => ({ stageId: 'a', partition: 0, attemptId, leftMs });
  const entries = [launched('a', '1'), launched('b', '2')];
  const handedOver: JournalEntry = { kind: 'handedOver', attempts: [left('1', 4_000), left('2', 60_000)] };
  expect(mayRun(...entries, handedOver, { kind: 'calledOff', withinMs: 10_000 })).toEqual([
    ['1', 4_000],
    ['2', 10_000],
  ]);
});
