import { LevinError } from '../../engine/errors/levin-error.ts';

/** Exit code of a process that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;

export interface ProcessEndOptions {
  /** For the message: what to resume. */
  readonly appId: string;
  /** The program has nothing left to do. */
  readonly stop: () => Promise<void>;
  /** Ctrl-C or a request to end: everything is cancelled. */
  readonly interrupt: (error: LevinError) => Promise<void>;
}

/**
 * Ties an application to the life of its process: it stops by itself when the program is done, is cancelled by the first Ctrl-C, and
 * left where it is by the second.
 */
export function onProcessEnd({ appId, stop, interrupt }: ProcessEndOptions): { release(): void } {
  let interrupted = false;
  const onBeforeExit = (): void => void stop();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupted) process.exit(INTERRUPTED);
    interrupted = true;
    process.exitCode = INTERRUPTED;
    const message = `cancelled by ${signal}. What is committed is kept: resume with levin run --app ${appId}, or press Ctrl-C again to leave at once.`;
    void interrupt(new LevinError({ code: 'JOB_CANCELLED', fault: 'user', message })).then(() => {
      process.stderr.write(`levin: ${message} [JOB_CANCELLED]\n`);
      process.exit(INTERRUPTED);
    });
  };
  process.once('beforeExit', onBeforeExit);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    release() {
      process.off('beforeExit', onBeforeExit);
      if (interrupted) return;
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
