import { LevinError } from '../../engine/errors/levin-error.ts';
import { onEngine } from './on-engine.ts';

/** Why a running application is ended from outside. */
type Interrupter = 'SIGINT' | 'SIGTERM' | 'levin cancel';

/** Exit codes of a process that a signal ended: 128 and its number. `levin cancel` asks for what SIGTERM asks for. */
const EXIT_CODES: Readonly<Record<Interrupter, number>> = { SIGINT: 130, SIGTERM: 143, 'levin cancel': 143 };

/** Whether a signal ends this process: that is said once, what it makes fail is only its echo. */
export function isInterrupted(): boolean {
  return Object.values(EXIT_CODES).includes(Number(process.exitCode));
}

export interface ProcessEndOptions {
  /** For the message: what to resume. */
  readonly appId: string;
  readonly master: string;
  /** The program has nothing left to do. */
  readonly stop: () => Promise<void>;
  /** Ctrl-C or a request to end: everything is cancelled. */
  readonly interrupt: (error: LevinError) => Promise<void>;
}

export interface ProcessEnd {
  release(): void;
  /** The same as a signal. */
  interrupt(by: Interrupter): void;
}

/**
 * Ties an application to the life of its process: it stops by itself when the program is done, is cancelled by the first Ctrl-C, and
 * left where it is by the second.
 */
export function onProcessEnd({ appId, master, stop, interrupt }: ProcessEndOptions): ProcessEnd {
  let interrupted = false;
  const onBeforeExit = (): void => void stop();
  const interruptBy = (by: Interrupter): void => {
    const exitCode = EXIT_CODES[by];
    if (interrupted) process.exit(exitCode);
    interrupted = true;
    process.exitCode = exitCode;
    const message = `cancelled by ${by}. What is committed is kept: resume with levin run --app ${appId}${onEngine(master)}.`;
    const leave = (): never => {
      process.stderr.write(`levin: ${message} [JOB_CANCELLED]\n`);
      process.exit(exitCode);
    };
    // What cannot be closed in order is closed by the end of the process.
    interrupt(new LevinError({ code: 'JOB_CANCELLED', fault: 'user', message })).then(leave, leave);
  };
  const onSignal = (signal: NodeJS.Signals): void => interruptBy(signal as 'SIGINT' | 'SIGTERM');
  process.once('beforeExit', onBeforeExit);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    interrupt: interruptBy,
    release() {
      process.off('beforeExit', onBeforeExit);
      if (interrupted) return;
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
