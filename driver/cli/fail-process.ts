import { currentApplication } from '../application/current-application.ts';
import { isInterrupted } from '../application/process-end.ts';
import { describeError } from './describe-error.ts';

let failing = false;

/** Prints the error once, stops the open application, and ends the process with code 1. */
export async function failProcess(error: unknown): Promise<void> {
  if (failing) return;
  failing = true;
  // Ctrl-C says itself what happened; the rejected actions are only its echo.
  if (isInterrupted()) return;
  process.exitCode = 1;
  const app = currentApplication();
  await app?.fail(error).catch(() => undefined);
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}
