import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../driver/journal/journal-entry.ts';
import type { AskedAction } from '../../../driver/journal/journal-errors.ts';
import { createReplay, type Replay } from '../../../driver/journal/replay.ts';

const result = { kind: 'inline', base64: 'AA==' } as const;
const action = (name: string, fingerprint: string, line: number): AskedAction => ({
  name,
  fingerprint,
  callSite: { file: '/work/job.ts', line, column: 3 },
});
const count = action('count', 'c', 5);
const collect = action('collect', 'k', 7);
const collectAgain = action('collect', 'k2', 7);

type Step = [epoch: number, entry: JournalEntry];
const starts = (ordinal: number, asked: AskedAction, epoch = 1): Step => [epoch, { kind: 'actionStarted', ordinal, ...asked }];
const ends = (ordinal: number, epoch = 1): Step => [epoch, { kind: 'actionFinished', ordinal, result }];
const fails = (ordinal: number, epoch = 1): Step => [epoch, { kind: 'actionFailed', ordinal, message: 'm' }];

function replay(...steps: readonly Step[]): Replay {
  const entries = steps.map(([epoch, entry]) => ({ epoch, entry }));
  return createReplay({ appId: 'app-1', entries, loadBytes: () => Promise.reject(new Error('not asked')) });
}

describe('a job with one action after the other', () => {
  test('finds finished actions by their place, and runs the rest', () => {
    const journal = replay(starts(0, count), ends(0), starts(1, collect));
    expect(journal.unclaimedActions()).toEqual([count, collect]);
    expect(journal.nextAction(count)).toEqual({ kind: 'finished', ordinal: 0, result });
    expect(journal.nextAction(collect)).toEqual({ kind: 'unfinished', ordinal: 1 });
    journal.actionEnded(1);
    expect(journal.unclaimedActions()).toEqual([]);
    expect(journal.nextAction(count)).toEqual({ kind: 'new', ordinal: 2 });
  });

  test('runs a failed action again', () => {
    const journal = replay(starts(0, count), fails(0), starts(1, collect), ends(1));
    expect(journal.nextAction(count)).toEqual({ kind: 'unfinished', ordinal: 0 });
    journal.actionEnded(0);
    expect(journal.nextAction(collect)).toEqual({ kind: 'finished', ordinal: 1, result });
  });

  test('asks for the same thing twice and gets both answers', () => {
    const other = { kind: 'inline', base64: 'AQ==' } as const;
    const journal = replay(starts(0, count), ends(0), starts(1, count), [1, { kind: 'actionFinished', ordinal: 1, result: other }]);
    expect(journal.nextAction(count)).toMatchObject({ ordinal: 0, result });
    expect(journal.nextAction(count)).toMatchObject({ ordinal: 1, result: other });
  });

  test('must not ask for another action than before', () => {
    const journal = replay(starts(0, count), ends(0), starts(1, collect), ends(1));
    journal.nextAction(count);
    expect(() => journal.nextAction(action('first', 'f', 9))).toThrow(
      expect.objectContaining({
        code: 'DRIVER_NOT_DETERMINISTIC',
        fault: 'user',
        message:
          'Application app-1 cannot be resumed: its action 1 was collect at /work/job.ts:7:3 when it ran first, and is first at /work/job.ts:9:3 now. A resumed job must ask for the same actions in the same order: take the time, random numbers and whatever comes from outside by lv.now(), lv.random() and lv.step(), keep unordered work out of what decides, do not change the job file, or start a new application (without --app).',
      }),
    );
  });

  test('must not ask for the same action over other input', () => {
    const journal = replay(starts(0, collect), ends(0));
    expect(() => journal.nextAction(collectAgain)).toThrow(
      'its action 0 was collect at /work/job.ts:7:3 when it ran first, and is collect at /work/job.ts:7:3 now, with other functions, captured values or input.',
    );
  });

  test('was resumed before: the second driver’s actions do not overlap those that the first left', () => {
    const journal = replay(starts(0, count), starts(1, collect, 2), ends(0, 2), ends(1, 2));
    expect(() => journal.nextAction(collect)).toThrow(
      'its action 0 was count at /work/job.ts:5:3 when it ran first, and is collect at /work/job.ts:7:3 now.',
    );
  });
});

describe('a job with several actions at once', () => {
  const both = [starts(0, count), starts(1, collect), ends(1), starts(2, collectAgain), ends(2)] as const;

  test('finds them in any order', () => {
    const journal = replay(...both);
    expect(journal.nextAction(collect)).toMatchObject({ kind: 'finished', ordinal: 1 });
    expect(journal.nextAction(collectAgain)).toMatchObject({ kind: 'finished', ordinal: 2 });
    expect(journal.nextAction(count)).toEqual({ kind: 'unfinished', ordinal: 0 });
  });

  test('may ask for new ones before all old ones were asked', () => {
    const journal = replay(...both);
    expect(journal.nextAction(count)).toEqual({ kind: 'unfinished', ordinal: 0 });
    expect(journal.nextAction(action('first', 'f', 9))).toEqual({ kind: 'new', ordinal: 3 });
    expect(journal.unclaimedActions()).toEqual([collect, collectAgain]);
  });

  test('may have them overlap now that did not before', () => {
    const journal = replay(starts(0, count), ends(0), starts(1, collect), starts(2, collectAgain, 2));
    journal.nextAction(count);
    expect(journal.nextAction(collect)).toEqual({ kind: 'unfinished', ordinal: 1 });
    expect(journal.nextAction(action('first', 'f', 9))).toEqual({ kind: 'new', ordinal: 3 });
    expect(journal.nextAction(collectAgain)).toEqual({ kind: 'unfinished', ordinal: 2 });
  });
});
