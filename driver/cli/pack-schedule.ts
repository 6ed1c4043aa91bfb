/**
 * `pack-schedule.js <file to write> [options] job.ts [args…]`, as `levin submit` has them: packs a job that a schedule starts. `LevinEngine`
 * starts it while a CDK app is synthesised, for that cannot wait for promises.
 */
import { writeFileSync } from 'node:fs';
import { encodeJob } from '../submission/packed-job.ts';
import { failProcess } from './fail-process.ts';
import { readSubmission } from './pack-submission.ts';
import { parseSubmitArguments } from './submit-arguments.ts';

const [out = '', ...argv] = process.argv.slice(2);
try {
  const { pack } = await readSubmission(parseSubmitArguments(argv));
  writeFileSync(out, encodeJob(await pack()).bytes);
} catch (error) {
  await failProcess(error);
}
