import type { Context } from '../driver/api/context.ts';
import type { ConfigInput } from '../driver/config/config-input.ts';
import { errorCode } from '../engine/errors/levin-error.ts';
import type { FunctionTable } from './function-table.ts';
import type { Compute } from './lambda-runner.ts';
import { openSimDriver } from './sim-driver.ts';
import type { SimProcess } from './sim-process.ts';
import type { SimWorld } from './sim-world.ts';
import { type OnAttempt, watchedRunner } from './watch-attempts.ts';

/** A job as a program: it is run again by each driver, and gives its answer. */
export type SimJob<R> = (lv: Context) => Promise<R>;

/** `answers`: of all drivers that came to one; a driver that was replaced while it stood still may have been done but for saying so. */
export type SimOutcome<R> =
  | { readonly kind: 'answer'; readonly answer: R; readonly answers: readonly R[] }
  | { readonly kind: 'error'; readonly error: unknown };

export interface DriversOptions {
  readonly world: SimWorld;
  readonly functions: FunctionTable;
  readonly compute: Compute;
  readonly appId: string;
  readonly config: ConfigInput;
  readonly onAttempt?: OnAttempt | undefined;
}

export interface Drivers<R> {
  /** One driver after the other, sometimes two at once, until one has the answer and none runs any more. */
  run(): Promise<SimOutcome<R>>;
  readonly started: () => number;
  /** How drivers ended that did not die, in order. */
  readonly ends: readonly DriverEnd[];
}

export interface DriverEnd {
  readonly driver: string;
  /** Of the error that it ended with; null: it gave its answer. */
  readonly code: string | null;
}

/** Drivers that may die in one history, and those that may be replaced while they live; the last one does not. */
const MAX_CRASHES = 3;
const MAX_TAKE_OVERS = 2;
/** Until somebody notices that a driver is gone and starts the next one. */
const RESTART_MS = 20_000;
/** When a driver that will be replaced stands still, and for how many lease periods. */
const TAKE_OVER_WITHIN_MS = 4_000;
const LEASE_PERIODS = 4;
const DEFAULT_LEASE_MS = 10_000;

/** What a driver ends with when another one has the application, or has finished it. */
const REPLACED: ReadonlySet<string> = new Set(['APP_EXISTS', 'LEASE_LOST', 'APP_IS_RUNNING', 'APP_FINISHED']);

type End = { readonly kind: 'died' } | { readonly kind: 'answer' } | { readonly kind: 'error'; readonly error: unknown };

export function createDrivers<R>(job: SimJob<R>, options: DriversOptions): Drivers<R> {
  const { world, functions, compute, appId, config } = options;
  const { plan, clock } = world;
  const crashLimits = [{ scope: 'driver crashes', most: MAX_CRASHES }];
  const answers: R[] = [];
  const ends: DriverEnd[] = [];
  const running = new Set<Promise<End>>();
  let started = 0;

  const start = (): void => {
    const process = world.process(`driver-${++started}`);
    const life = new Promise<End>((resolve) => process.onDeath(() => resolve({ kind: 'died' })));
    const work = drive(process).catch((error: unknown) => ({ kind: 'error', error }) as const);
    const ended = Promise.race([life, work.then((end) => noted(process, end))]);
    const left: Promise<End> = ended.finally(() => running.delete(left));
    running.add(left);
    if (plan.strikes('takeOver', process.name, [{ scope: 'take-overs', most: MAX_TAKE_OVERS }])) void standStill(process);
  };
  const noted = (process: SimProcess, end: End): End => {
    if (end.kind !== 'died') ends.push({ driver: process.name, code: end.kind === 'error' ? (errorCode(end.error) ?? '') : null });
    return end;
  };
  const drive = async (process: SimProcess): Promise<End> => {
    const resumed = (await world.metadata.query(`app#${appId}`, '')).items.length > 0;
    const { onAttempt } = options;
    const runner = onAttempt === undefined ? compute.runnerOf(process) : watchedRunner(compute.runnerOf(process), process.name, onAttempt);
    const lv = await openSimDriver({ world, process, appId, resumed, config, functions, runner, crashLimits: () => crashLimits });
    answers.push(await job(lv));
    await lv.stop();
    return { kind: 'answer' };
  };
  const standStill = async (process: SimProcess): Promise<void> => {
    await clock.sleep(TAKE_OVER_WITHIN_MS * plan.number(`take-over of ${process.name}`));
    if (!process.alive || running.size === 0) return;
    process.pause((config.leaseMs ?? DEFAULT_LEASE_MS) * LEASE_PERIODS * plan.number(`standing of ${process.name}`));
    start();
  };
  return {
    started: () => started,
    ends,
    async run() {
      start();
      for (;;) {
        const end = await Promise.race(running);
        if (end.kind === 'error' && !REPLACED.has(errorCode(end.error) ?? '')) return end;
        if (running.size > 0) continue;
        if (answers.length > 0) return { kind: 'answer', answer: answers.at(-1) as R, answers };
        if (end.kind === 'error' && errorCode(end.error) === 'APP_FINISHED') return end;
        await clock.sleep(RESTART_MS * plan.number(`restart ${started}`));
        start();
      }
    },
  };
}
