import { LevinError } from '../../errors/levin-error.ts';
import type { PreferredPlaces } from '../../types/block-report.ts';
import type { TaskEvent, TaskOutcome, TaskSpec } from '../../types/task.ts';

/** Which levin on which Node: driver and executors exchange V8-serialized messages and run the same code, so both must be equal. */
export interface Build {
  readonly levin: string;
  readonly nodeMajor: number;
}

/** The build that runs here. */
export function buildOf(levin: string): Build {
  return { levin, nodeMajor: Number.parseInt(process.versions.node, 10) };
}

/** First message to an executor process: everything it is to be. */
export interface ExecutorSetup extends Build {
  readonly executorId: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly memoryRemedy: string;
  /** Holds the executor's working folder and its temporary files; the executor removes it when it ends. */
  readonly folder: string;
  /** What the entry wires itself with. */
  readonly data: object;
}

/** Driver to executor process. */
export type ToExecutor =
  | { readonly kind: 'setup'; readonly setup: ExecutorSetup }
  | { readonly kind: 'task'; readonly spec: TaskSpec; readonly prefer: PreferredPlaces | null }
  | { readonly kind: 'cancel'; readonly attemptId: string }
  | { readonly kind: 'dropBlocks'; readonly rdds: readonly number[]; readonly forGood: boolean }
  /** Answered by `gaveBack` when the attempt had not started, else not at all. */
  | { readonly kind: 'takeBack'; readonly attemptId: string }
  | { readonly kind: 'forget'; readonly appId: string; readonly hash: string }
  | { readonly kind: 'close' };

/** Executor process to driver. Every task ends with one `outcome` or `gaveBack`, unless the process ends first. */
export type FromExecutor =
  | ({ readonly kind: 'ready' } & Build)
  /** It cannot be what the driver wants, and ends. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'event'; readonly attemptId: string; readonly event: TaskEvent }
  | { readonly kind: 'outcome'; readonly attemptId: string; readonly outcome: TaskOutcome }
  | { readonly kind: 'gaveBack'; readonly attemptId: string }
  | { readonly kind: 'warning'; readonly message: string };

/** Fails with `EXECUTOR_MISMATCH` unless both sides are the same build. */
export function checkSameBuild(driver: Build, executor: Build): void {
  if (driver.levin === executor.levin && driver.nodeMajor === executor.nodeMajor) return;
  throw new LevinError({
    code: 'EXECUTOR_MISMATCH',
    fault: 'user',
    message: `The driver is ${buildText(driver)}, its executor is ${buildText(executor)}; they must be the same. Was levin or Node updated while the job ran? Start the job again.`,
  });
}

function buildText(build: Build): string {
  return `levin ${build.levin} on Node ${build.nodeMajor}`;
}
