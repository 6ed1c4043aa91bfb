import type { ChildProcess } from 'node:child_process';
import { type CliResult, runCli } from '../../support/run-cli.ts';
import type { CaseFolder } from './case-folder.ts';
import type { SignalledDriver } from './faults.ts';

/** Nothing here takes minutes: a hang is an error of its own. */
const HANG_MS = 300_000;

/** One driver process of a case. */
export interface DriverRun extends SignalledDriver {
  /** The application that it was told to go on with. */
  readonly resumed: string | null;
  /** Of the application: null until it was printed. */
  appId(): string | null;
  ended(): boolean;
  /** It was killed because it did not end by itself. */
  hung(): boolean;
  stderr(): string;
  readonly result: Promise<CliResult>;
  /** How it ended; only once it has. */
  ending(): CliResult;
  /** Another one takes its place, though it has not ended. */
  leave(): void;
  wasLeft(): boolean;
  readonly endedOrLeft: Promise<unknown>;
  /** It drives the application, or has ended. */
  readonly begun: Promise<unknown>;
  /** What it printed. */
  rounds(): { readonly answers: readonly unknown[]; readonly finished: boolean };
}

export function startDriver(
  args: readonly string[],
  at: { readonly folder: CaseFolder; readonly cwd: string; readonly resumed: string | null },
): DriverRun {
  let [stdout, stderr] = ['', ''];
  let child: ChildProcess | null = null;
  let ending: CliResult | null = null;
  let wasLeft = false;
  const left = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const startMs = performance.now();
  let lastedMs = 0;
  const result = runCli(['run', ...args], {
    cwd: at.cwd,
    env: environment(at.folder),
    timeoutMs: HANG_MS,
    onStart: (started) => {
      child = started;
    },
    onStdout: (text) => {
      stdout += text;
    },
    onStderr: (text) => {
      stderr += text;
      if (appIdIn(stderr) !== null) begun.resolve();
    },
  }).then((ended) => {
    ending = ended;
    lastedMs = performance.now() - startMs;
    begun.resolve();
    return ended;
  });
  return {
    resumed: at.resumed,
    pid: (child as ChildProcess | null)?.pid ?? -1,
    signal: (name) => (child as ChildProcess | null)?.kill(name) === true,
    appId: () => at.resumed ?? appIdIn(stderr),
    ended: () => ending !== null,
    hung: () => lastedMs >= HANG_MS,
    stderr: () => stderr,
    result,
    ending: () => ending as CliResult,
    leave: () => {
      wasLeft = true;
      left.resolve();
    },
    wasLeft: () => wasLeft,
    endedOrLeft: Promise.race([result, left.promise]),
    begun: begun.promise,
    rounds: () => roundsIn(stdout),
  };
}

/** Everything of the case is below its folder, temporary files too; executors inherit HOME, by which they are found. */
export function environment(folder: CaseFolder): NodeJS.ProcessEnv {
  return { HOME: folder.root, TMPDIR: folder.temporary, LEVIN_STATE_DIR: folder.disks.state, LEVIN_LOCAL_DIR: folder.disks.local };
}

function appIdIn(stderr: string): string | null {
  return /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? null;
}

/** The last line of one that was killed may be cut. */
function roundsIn(stdout: string): { readonly answers: readonly unknown[]; readonly finished: boolean } {
  const lines = stdout
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly answer?: unknown; readonly done?: true });
  return { answers: lines.flatMap((line) => ('answer' in line ? [line.answer] : [])), finished: lines.some(({ done }) => done === true) };
}
