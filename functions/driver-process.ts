/** Entry of the process in which the driver function runs a job. */
import { describeError } from '../driver/cli/describe-error.ts';
import { failProcess } from '../driver/cli/fail-process.ts';
import { type FromDriver, isElsewhere, LEASE_LOST_EXIT, type ToDriver } from '../driver/submission/driver-messages.ts';
import { handOverSubmitted, runSubmitted } from '../driver/submission/run-submitted.ts';

process.on('message', (message: ToDriver) => {
  if (message.kind === 'handOver') void handOver().catch(fail);
  else void runSubmitted(message).catch(fail);
  // What keeps this process alive is the job.
  if (message.kind === 'start') process.channel?.unref();
});
process.on('unhandledRejection', (reason) => void fail(reason));
process.on('uncaughtException', (error) => void fail(error));
// Whoever would hand it over is gone.
process.on('disconnect', () => process.exit(1));

async function handOver(): Promise<void> {
  if (await handOverSubmitted()) process.send?.({ kind: 'handedOver' } satisfies FromDriver);
}

async function fail(error: unknown): Promise<void> {
  if (!isElsewhere(error)) return await failProcess(error);
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(LEASE_LOST_EXIT);
}
