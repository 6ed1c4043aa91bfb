import { expect, test } from 'vitest';
import { runRealProcesses, totalsOf } from '../soak/real-processes/run-real-processes.ts';

// `npm run soak -- real-processes` does this for ten minutes.
test('jobs whose processes, disks and files are disturbed: right answers or an error that says why, nothing is left behind', {
  timeout: 600_000,
}, async () => {
  const reports = await runRealProcesses({ seed: '1', cases: '6' });
  expect(reports.flatMap(({ seed, wrong }) => wrong.map((what) => `seed ${seed}: ${what}`))).toEqual([]);
  const { jobs, faults } = totalsOf(reports);
  expect(jobs).toBe(6);
  process.stdout.write(`${JSON.stringify(faults)}\n`);
});
