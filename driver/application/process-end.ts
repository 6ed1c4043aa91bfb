import { LevinError } from '../../engine/errors/levin-error.ts';
import { onEngine } from './on-engine.ts';

/** Who ends a running application from outside. */
type Interrupter = 'SIGINT' | 'SIGTERM' | 'levin cancel';

/** Exit codes of a process that a signal ended: 128 and its number. `levin cancel` asks for what SIGTERM asks for. */
const EXIT_CODES: Readonly<Record<Interrupter, number>> = { SIGINT: 130, SIGTERM: 143, 'levin cancel': 143 };

/** Of a process whose application must not go on, as `timeout` has it. */
const OVER_EXIT = 124;

/** Whether a signal, or the like, ends this process: that is said once, what it makes fail is only its echo. */
export function isInterrupted(): boolean {
  return [...Object.values(EXIT_CODES), OVER_EXIT].includes(Number(process.exitCode));
}

export interface ProcessEndOptions {
  /** For the message: what to resume. */
  readonly appId: string;
  readonly master: string;
  /** The program has nothing left to do. */
  readonly stop: () => Promise<void>;
  /** Everything is cancelled: by Ctrl-C or a request to end (`JOB_CANCELLED`), or for whatever other reason the application must not go on. */
  readonly interrupt: (error: LevinError) => Promise<void>;
}

export interface ProcessEnd {
  release(): void;
  /** The same as a signal; an error: the reason why the application must not go on. */
  interrupt(by: Interrupter | LevinError): void;
}

/**
 * Ties an application to the life of its process: it stops by itself when the program is done, is cancelled by the first Ctrl-C, and
 * left where it is by the second.
 */
export function onProcessEnd({ appId, master, stop, interrupt }: ProcessEndOptions): ProcessEnd {
  let interrupted = false;
  const onBeforeExit = (): void => void stop();
  const interruptBy = (by: Interrupter | LevinError): void => {
    const exitCode = typeof by === 'string' ? EXIT_CODES[by] : OVER_EXIT;
    if (interrupted) process.exit(exitCode);
    interrupted = true;
    process.exitCode = exitCode;
    const error = typeof by === 'string' ? cancelled(by, `${appId}${onEngine(master)}`) : by;
    const leave = (): never => {
      process.stderr.write(`levin: ${error.message} [${error.code}]\n`);
      process.exit(exitCode);
    };
    // What cannot be closed in order is closed by the end of the process.
    interrupt(error).then(leave, leave);
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

function cancelled(by: Interrupter, app: string): LevinError {
  const message = `cancelled by ${by}. What is committed is kept: resume with levin run --app ${app}.`;
  return new LevinError({ code: 'JOB_CANCELLED', fault: 'user', message });
}
