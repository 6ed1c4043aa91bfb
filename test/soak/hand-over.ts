import { submittedJobs } from '../support/lambda/submitted-jobs.ts';

/** Slots of the first wave begin one after the other, and those of the last wave end together: a driver never hands over between two waves. */
const SLOTS = 6;
const STEP_MS = 7_000;
const WAVES = 6;
const TASK_MS = 45_000;
const TASKS = SLOTS * WAVES;
const TIME_LIMIT_MS = 60_000;

const JOB = `
import { setTimeout as sleep } from 'node:timers/promises';
export default async (lv) => {
  const sum = await lv.range(${TASKS}, { numSlices: ${TASKS} }).map(async (x) => {
    const slot = x % ${SLOTS};
    const wave = Math.floor(x / ${SLOTS});
    const steps = wave === 0 ? slot : wave === ${WAVES - 1} ? ${SLOTS - 1} - slot : 0;
    await sleep(${TASK_MS} + steps * ${STEP_MS});
    return x;
  }).reduce((a, b) => a + b);
  console.log(sum);
};
`;

export interface HandOvers {
  readonly seconds: number;
  readonly lives: number;
  readonly launches: number;
  readonly tasks: number;
  /** Attempts that ran when a driver began, from the second driver on. */
  readonly inFlight: readonly number[];
  readonly wrong: readonly string[];
}

/** A job of five minutes whose driver functions live for one, and are killed there instead of returning. */
export async function runHandOvers(): Promise<HandOvers> {
  const inFlight: number[] = [];
  let before: number | null = null;
  const startMs = performance.now();
  await using jobs = await submittedJobs({
    job: JOB,
    maxConcurrency: SLOTS,
    timeLimitMs: 3 * TIME_LIMIT_MS,
    driverTimeLimitMs: TIME_LIMIT_MS,
    onLife(_, pid) {
      if (before !== null) {
        process.kill(-before, 'SIGSTOP');
        inFlight.push(
          jobs.engine.lambda.environments().filter(({ functionName, busy }) => busy && functionName.includes('executor')).length,
        );
      }
      before = pid;
    },
  });
  const { stdout, outcome, message } = await jobs.result(await jobs.submit(), 600_000);
  const launches = jobs.launched.length;
  const tasks = new Set(jobs.launched.map(({ stageId, partition }) => `${stageId}/${partition}`)).size;
  const expected = `${(TASKS * (TASKS - 1)) / 2}\n`;
  const wrong = [
    ...(stdout === expected && outcome === 'succeeded' ? [] : [`it ${outcome} with ${stdout}, not ${expected}: ${message}`]),
    ...(launches === TASKS && tasks === TASKS ? [] : [`${launches} launches of ${tasks} tasks, not ${TASKS}`]),
    ...inFlight.flatMap((count, i) => (count >= 3 ? [] : [`${count} attempts in flight at hand-over ${i + 1}`])),
  ];
  return { seconds: (performance.now() - startMs) / 1000, lives: jobs.lives.length, launches, tasks, inFlight, wrong };
}
