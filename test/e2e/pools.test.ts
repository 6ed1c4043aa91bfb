import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { jobFolder } from '../support/job-folder.ts';
import { eventsOf } from '../support/run-events.ts';

const JOB = readFileSync(new URL('./jobs/two-pools.ts', import.meta.url), 'utf8');
const [ETL_TASKS, SLOTS] = [120, 4];

type Counts = { etl: number; adhoc: number };

/** Of each pool the most attempts at once, and how many were begun: from the first task of the second pool until the first has no more to hand over. */
function shared(events: readonly AppEvent[]): { readonly most: Counts; readonly begun: Counts } {
  const poolOf = new Map(
    events.flatMap((event) => (event.kind === 'jobStarted' ? event.stages.map((stage) => [stage, event.pool] as const) : [])),
  );
  const running: Counts = { etl: 0, adhoc: 0 };
  const most: Counts = { etl: 0, adhoc: 0 };
  const begun: Counts = { etl: 0, adhoc: 0 };
  let etl = 0;
  for (const event of events) {
    if (event.kind !== 'taskStarted' && event.kind !== 'taskEnded') continue;
    const pool = poolOf.get(event.stage) as keyof Counts;
    running[pool] += event.kind === 'taskStarted' ? 1 : -1;
    if (event.kind === 'taskEnded') continue;
    if (pool === 'etl' && ++etl > ETL_TASKS - SLOTS) break;
    if (pool === 'etl' && begun.adhoc === 0) continue;
    begun[pool]++;
    most[pool] = Math.max(most[pool], running[pool]);
  }
  return { most, begun };
}

test.each(['local[4]', 'local-cluster[2,2,512]'])('on %s two pools share the slots as their weights say', async (master) => {
  using folder = jobFolder({ 'job.ts': JOB });
  const { code, stdout, stderr } = await folder.run(['job.ts', '--on', master], { timeoutMs: 60_000 });
  expect([code, stdout]).toEqual([0, '[ 120, 120 ]\n']);
  const events = await eventsOf(folder, stderr);
  expect(events.flatMap((event) => (event.kind === 'jobStarted' ? [[event.pool, event.group]] : []))).toEqual([
    ['etl', 'etl of today'],
    ['adhoc', 'adhoc of today'],
  ]);
  const { most, begun } = shared(events);
  // Of four slots never more than three and one, whatever was handed over before the second pool came.
  expect(most).toEqual({ etl: 3, adhoc: 1 });
  // All tasks take the same: a third as many, within what a busy machine adds to some of them. First come, first served gives none, and equal shares as many.
  const ratio = begun.etl / begun.adhoc;
  expect(ratio).toBeGreaterThan(3 / 2);
  expect(ratio).toBeLessThan(3 * 2);
  expect(begun.etl + begun.adhoc).toBeGreaterThan(10 * SLOTS);
});
