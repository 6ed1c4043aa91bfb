import { describe, expect, test } from 'vitest';
import { displayWidth } from '../../../driver/console/display-width.ts';
import { renderProgress } from '../../../driver/console/render-progress.ts';
import type { StageProgress } from '../../../driver/console/stage-progress.ts';

function stage(number: number, name: string, counts: Partial<StageProgress>): StageProgress {
  return { stage: number, name, tasks: 8, done: 0, running: 0, failed: 0, startedMs: 0, ...counts };
}

const map = stage(3, 'reduceByKey at job.ts:12', { done: 3, running: 2 });
const join = stage(12, 'join at flights.ts:108', { tasks: 1000, done: 740, running: 64, failed: 2 });

describe('80 columns', () => {
  test('one stage', () => {
    expect(renderProgress([map], 80)).toEqual(['[stage 3: reduceByKey at job.ts:12 ===========>                    (3 + 2) / 8]']);
  });

  test('two stages: bars and counts stand below each other', () => {
    expect(renderProgress([map, join], 80)).toEqual([
      '[stage 3: reduceByKey at job.ts:12  =====>                         (3 + 2) / 8]',
      '[stage 12: join at flights.ts:108   ==========>    (740 + 64) / 1000, 2 failed]',
    ]);
  });

  test('nothing done yet, and all done', () => {
    expect(renderProgress([stage(0, 'count at a.ts:1', { running: 4 })], 80)).toEqual([
      '[stage 0: count at a.ts:1 >                                        (0 + 4) / 8]',
    ]);
    expect(renderProgress([stage(0, 'count at a.ts:1', { done: 8 })], 80)).toEqual([
      '[stage 0: count at a.ts:1 ======================================== (8 + 0) / 8]',
    ]);
  });

  test('five stages: three bars, the others are counted', () => {
    const stages = [0, 1, 2, 3, 4].map((n) => stage(n, `map at a.ts:${n + 1}`, { done: n }));
    expect(renderProgress(stages, 80)).toEqual([
      '[stage 0: map at a.ts:1 >                                          (0 + 0) / 8]',
      '[stage 1: map at a.ts:2 =====>                                     (1 + 0) / 8]',
      '[stage 2: map at a.ts:3 ==========>                                (2 + 0) / 8]',
      'and 2 more stages',
    ]);
  });

  test('characters of two columns and of several code points are counted as shown, and never cut in two', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(renderProgress([stage(1, '単語を数える仕事の段階、とても長い名前のファイル.ts:3', { done: 4 })], 80)).toEqual([
      '[stage 1: 単語を数える仕事の段階、とても長い名前… ========>        (4 + 0) / 8]',
    ]);
    expect(renderProgress([stage(1, `map at ${family.repeat(20)}.ts:3`, { done: 4 })], 80)).toEqual([
      `[stage 1: map at ${family.repeat(15)}…  ========>        (4 + 0) / 8]`,
    ]);
    expect(renderProgress([stage(1, 'map at cafe\u0301s.ts:3', { done: 4 })], 80)).toEqual([
      '[stage 1: map at cafe\u0301s.ts:3 ===================>                   (4 + 0) / 8]',
    ]);
  });
});

test('200 columns', () => {
  expect(renderProgress([map, join], 200)).toEqual([
    '[stage 3: reduceByKey at job.ts:12  ==================================================>                                                                                                    (3 + 2) / 8]',
    '[stage 12: join at flights.ts:108   ===================================================================================================>                                   (740 + 64) / 1000, 2 failed]',
  ]);
});

test('narrow terminals shorten the name, then give it up, then the bar', () => {
  expect(renderProgress([map], 60)).toEqual(['[stage 3: reduceByKey at job.ts:12 ====>       (3 + 2) / 8]']);
  expect(renderProgress([map], 40)).toEqual(['[stage 3: reduceBy… ==>    (3 + 2) / 8]']);
  expect(renderProgress([map], 30)).toEqual(['[stage 3 ==>     (3 + 2) / 8]']);
  expect(renderProgress([map], 24)).toEqual(['[stage 3 (3 + 2) / 8]']);
  expect(renderProgress([map], 12)).toEqual(['[stage 3 (…']);
  expect(renderProgress([map], 1)).toEqual(['…']);
});

test('no line is as wide as the terminal', () => {
  for (let columns = 2; columns <= 260; columns++) {
    for (const line of renderProgress([map, join, stage(4, '長い名前', { done: 8 }), join], columns))
      expect(displayWidth(line)).toBeLessThan(columns);
  }
});

test('without stages there is nothing to draw', () => {
  expect(renderProgress([], 80)).toEqual([]);
});
