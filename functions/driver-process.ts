/** Entry of the process in which the driver function runs a job. */
import { failProcess } from '../driver/cli/fail-process.ts';
import type { FromDriver, ToDriver } from '../driver/submission/driver-messages.ts';
import { handOverSubmitted, runSubmitted } from '../driver/submission/run-submitted.ts';

process.on('message', (message: ToDriver) => {
  if (message.kind === 'handOver') void handOver().catch(failProcess);
  else void runSubmitted(message).catch(failProcess);
  // What keeps this process alive is the job.
  if (message.kind === 'start') process.channel?.unref();
});
process.on('unhandledRejection', (reason) => void failProcess(reason));
process.on('uncaughtException', (error) => void failProcess(error));
// Whoever would hand it over is gone.
process.on('disconnect', () => process.exit(1));

async function handOver(): Promise<void> {
  if (await handOverSubmitted()) process.send?.({ kind: 'handedOver' } satisfies FromDriver);
}
