import { shipClosure } from '../../engine/closures/runtime/ship-closure.ts';
import type { ConsoleStream } from '../console/console-stream.ts';
import { onProcessEnd } from './process-end.ts';

/** What a driver has of the process that it runs in. */
export interface DriverHost {
  /** Working folder: relative paths of the job are below it. */
  readonly cwd: string;
  readonly stdout: ConsoleStream;
  readonly stderr: ConsoleStream;
  readonly ship: typeof shipClosure;
  readonly onProcessEnd: typeof onProcessEnd;
}

/** This process. */
export function processHost(): DriverHost {
  return { cwd: process.cwd(), stdout: process.stdout, stderr: process.stderr, ship: shipClosure, onProcessEnd };
}
