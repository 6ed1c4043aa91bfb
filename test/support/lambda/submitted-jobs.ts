import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readRequest, unpackWork } from '../../../engine/adapters/aws/lambda-protocol.ts';
import { levinPackage } from '../../../engine/closures/loading/levin-package.ts';
import { buildOf } from '../../../engine/runtime/supervisor/executor-protocol.ts';
import type { DriveEvent } from '../../../engine/types/driver-event.ts';
import type { TaskSpec } from '../../../engine/types/task.ts';
import { type EmulatedEngine, type EmulatedEngineOptions, startEmulatedEngine } from '../../../testing/emulated-engine.ts';
import type { BegunInvocation } from '../../../testing/invoke-endpoint/invoke-endpoint.ts';
import { judgeEngine } from '../infra/judge-engine.ts';
import { type JobFolder, jobFolder } from '../job-folder.ts';
import { type CliResult, runCli } from '../run-cli.ts';

/** What `levin result --json` says. */
export interface ResultJson {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly message: string | null;
  readonly costDollars: number | null;
  readonly stdout: string;
}

export interface SubmittedJobs extends AsyncDisposable {
  readonly engine: EmulatedEngine;
  readonly folder: JobFolder;
  /** Attempts as they reached the executor functions, in order. */
  readonly launched: readonly TaskSpec[];
  /** Lives of drivers that began, in order: `1`, `2`, … */
  readonly lives: readonly number[];
  cli(...args: readonly string[]): Promise<CliResult>;
  /** Submits `job.ts`; gives the application's id. */
  submit(...args: readonly string[]): Promise<string>;
  /** Waits until it is over, with a hang guard. */
  result(appId: string, timeoutMs?: number): Promise<ResultJson>;
}

export interface SubmittedJobsOptions extends Omit<EmulatedEngineOptions, 'onInvoke'> {
  readonly job: string;
  /** A driver begins; `pid` is its environment's. */
  readonly onLife?: (life: number, pid: number) => void;
  readonly onLaunch?: (spec: TaskSpec) => void;
}

const GUARD_MS = 400_000;

/** An emulated engine, a project with a job, and what the engine's functions were asked to do. */
export async function submittedJobs({ job, onLife, onLaunch, ...options }: SubmittedJobsOptions): Promise<SubmittedJobs> {
  const launched: TaskSpec[] = [];
  const lives: number[] = [];
  const build = buildOf(levinPackage().version);
  const onInvoke = ({ functionName, event, pid }: BegunInvocation): void => {
    const content = JSON.parse(event) as Partial<DriveEvent>;
    if (functionName.includes('executor')) {
      for (const spec of unpackWork(readRequest(build, content) as Uint8Array).tasks) {
        launched.push(spec);
        onLaunch?.(spec);
      }
    } else if (content.kind === 'drive' && content.life !== undefined) {
      lives.push(content.life);
      onLife?.(content.life, pid as number);
    }
  };
  const engine = await startEmulatedEngine({ localFiles: true, ...options, onInvoke });
  const folder = jobFolder({ 'job.ts': job });
  const env = { LEVIN_MASTER: engine.master, LEVIN_LEASE_MS: '1000', ...engine.env };
  const run = (args: readonly string[], timeoutMs: number): Promise<CliResult> => runCli(args, { cwd: folder.path, env, timeoutMs });
  const cli = (...args: readonly string[]): Promise<CliResult> => run(args, GUARD_MS);
  return {
    engine,
    folder,
    launched,
    lives,
    cli,
    async submit(...args) {
      const { code, stdout, stderr } = await cli('submit', 'job.ts', ...args);
      expect([code, stdout, stderr]).toEqual([0, expect.stringMatching(/^app-\d{8}-\d{6}-[0-9a-f]{8}\n$/), expect.any(String)]);
      return stdout.trim();
    },
    async result(appId, timeoutMs = GUARD_MS) {
      const { stdout } = await run(['result', appId, '--wait', '--json'], timeoutMs);
      return JSON.parse(stdout) as ResultJson;
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
      judgeEngine(engine, options);
    },
  };
}

/** Doors that tasks wait behind: a task goes on when the file of its partition is there. */
export interface Doors {
  readonly path: string;
  /** Lets these tasks go on. */
  open(partitions: Iterable<number>): void;
  isOpen(partition: number): boolean;
}

export function doorsIn(folder: string): Doors {
  const at = (partition: number): string => join(folder, `door-${partition}`);
  return {
    path: folder,
    open(partitions) {
      for (const partition of partitions) writeFileSync(at(partition), '');
    },
    isOpen: (partition) => existsSync(at(partition)),
  };
}

/** A job of so many tasks, each behind its door in the folder that is its argument; prints the sum of their numbers. */
export function waitingJob(tasks: number): string {
  return [
    "import { existsSync } from 'node:fs';",
    "import { setTimeout as sleep } from 'node:timers/promises';",
    "import { Context } from 'levin';",
    '',
    'await using lv = await Context.create();',
    'const doors = process.argv[2] as string;',
    `const sum = await lv.range(${tasks}, { numSlices: ${tasks} }).map(async (x) => {`,
    "  while (!existsSync(doors + '/door-' + x)) await sleep(50);",
    '  return x;',
    '}).reduce((a, b) => a + b);',
    'console.log(sum);',
    '',
  ].join('\n');
}
