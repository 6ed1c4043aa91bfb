import { expect, test } from 'vitest';
import { jobFolder } from '../support/job-folder.ts';
import { startEmulatedAws } from '../support/lambda/emulated-aws.ts';

/** Looks at itself from the job file, from an imported module, and from listeners; its first attempt of partition 1 fails. */
const JOB = `
import { Context, TaskContext } from 'levin';
import { partition } from './lib.ts';
await using lv = await Context.create();
if (TaskContext.get() !== null) throw new Error('the driver is no task');
const rows = await lv.range(4, { numSlices: 2 }).mapPartitions(async (records) => {
  const tc = TaskContext.get();
  if (tc === null) throw new Error('no task');
  tc.addTaskCompletionListener(() => console.log('first listener', tc.isFailed()));
  tc.addTaskCompletionListener(() => console.log('second listener', tc instanceof TaskContext));
  tc.addTaskFailureListener((_, error) => console.log((error as Error).message));
  const sum = [...records].reduce((a, b) => a + b, 0);
  if (tc.partitionId() === 1 && tc.attemptNumber() === 0) throw new Error('the first time');
  return [[tc.partitionId(), partition(), tc.stageId(), tc.attemptNumber(), tc.numPartitions(), tc.taskAttemptId().length > 8, sum]];
}).collect();
console.log(JSON.stringify(rows));
`;
const LIB = "import { TaskContext } from 'levin';\nexport const partition = (): number => TaskContext.getPartitionId() + 100;\n";

const EXPECTED = [
  '[[0,100,0,0,2,true,1],[1,101,0,1,2,true,5]]',
  '[stage 0 · task 0] first listener false',
  '[stage 0 · task 0] second listener true',
  '[stage 0 · task 1 · attempt 1] first listener false',
  '[stage 0 · task 1 · attempt 1] second listener true',
  '[stage 0 · task 1] first listener true',
  '[stage 0 · task 1] mapPartitions at job.ts:6:50 failed in partition 1 of stage 0: Error: the first time',
  '[stage 0 · task 1] second listener true',
];

/** What tasks print comes in any order between tasks. */
const lines = (stdout: string): readonly string[] => stdout.trim().split('\n').sort();

test.each(['local[2]', 'local-cluster[2,1,512]'])('on %s a task knows itself, and its listeners run when it ends', async (master) => {
  using folder = jobFolder({ 'job.ts': JOB, 'lib.ts': LIB });
  const { stdout, code } = await folder.run(['job.ts', '--on', master, '--quiet']);
  expect([lines(stdout), code]).toEqual([[...EXPECTED].sort(), 0]);
});

test('on aws a task knows itself, and its listeners run when it ends', async () => {
  await using aws = await startEmulatedAws({ memorySizesMb: [512] });
  using folder = jobFolder({ 'job.ts': JOB, 'lib.ts': LIB });
  const { stdout, code } = await folder.run(['job.ts', '--on', 'aws:test', '--quiet'], { env: aws.env });
  expect([lines(stdout), code]).toEqual([[...EXPECTED].sort(), 0]);
});
