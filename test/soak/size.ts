import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEventLog } from '../../driver/events/event-log.ts';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { watchTree } from '../support/process-tree.ts';
import { runCli } from '../support/run-cli.ts';
import { keyOf, recordHash, textOf } from './jobs/size-data.ts';

const MB = 1024 * 1024;

/** More data than memory, through sortByKey or groupByKey. */
export interface SizeScenario {
  readonly job: 'sort-size' | 'group-size';
  readonly executors: number;
  readonly executorMb: number;
  readonly records: number;
  readonly valueBytes: number;
  readonly maps: number;
  readonly reducers: number;
  /** Different keys; null: each record has its own. */
  readonly keys: number | null;
  readonly timeoutMs: number;
}

export interface SizeResult {
  /** What the job found; null when it printed nothing. */
  readonly found: unknown;
  readonly code: number | null;
  readonly stderr: string;
  readonly seconds: number;
  /** Of the driver and its executors, together. */
  readonly peakBytes: number;
  /** 1.2 × the executors' memory + 300 MB. */
  readonly allowedBytes: number;
  readonly spills: number;
  readonly forcedSpills: number;
  readonly diskBytesSpilled: number;
  readonly failedAttempts: number;
  /** What the run left in the folder of its temporary files. */
  readonly leftBehind: readonly string[];
}

/** Runs the scenario in processes of its own and watches their memory. */
export async function runSize(scenario: SizeScenario): Promise<SizeResult> {
  const { job, executors, executorMb, records, valueBytes, maps, reducers, keys } = scenario;
  const folder = mkdtempSync(join(tmpdir(), 'levin-size-'));
  const localDir = mkdtempSync(join(folder, 'local-'));
  let watch: ReturnType<typeof watchTree> | null = null;
  try {
    const start = performance.now();
    const { stdout, stderr, code } = await runCli(
      [
        'run',
        fileURLToPath(new URL(`./jobs/${job}.ts`, import.meta.url)),
        ...['--on', `local-cluster[${executors},1,${executorMb}]`],
        ...['--conf', `localDir=${localDir}`],
        ...[records, valueBytes, maps, reducers, ...(keys === null ? [] : [keys])].map(String),
      ],
      {
        env: { LEVIN_STATE_DIR: join(folder, 'state') },
        timeoutMs: scenario.timeoutMs,
        onStart: (child) => {
          watch = watchTree(child.pid as number);
        },
      },
    );
    const seconds = (performance.now() - start) / 1000;
    const peakBytes = (watch as ReturnType<typeof watchTree> | null)?.stop() ?? 0;
    return {
      found: stdout.trim() === '' ? null : JSON.parse(stdout),
      code,
      stderr,
      seconds,
      peakBytes,
      allowedBytes: (1.2 * executors * executorMb + 300) * MB,
      ...(await spilledIn(join(folder, 'state'), stderr)),
      leftBehind: readdirSync(localDir),
    };
  } finally {
    (watch as ReturnType<typeof watchTree> | null)?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function spilledIn(
  stateDir: string,
  stderr: string,
): Promise<Pick<SizeResult, 'spills' | 'forcedSpills' | 'diskBytesSpilled' | 'failedAttempts'>> {
  const appId = /app-\d{8}-\d{6}-[0-9a-f]{8}/.exec(stderr)?.[0] ?? '';
  const events = await readEventLog(createDirectoryObjectStore({ root: join(stateDir, 'objects') }), appId);
  const tasks = events.filter((event) => event.kind === 'taskEnded');
  const sum = (name: 'spills' | 'forcedSpills' | 'diskBytesSpilled'): number =>
    tasks.reduce((all, { metrics }) => all + (metrics?.[name] ?? 0), 0);
  return {
    spills: sum('spills'),
    forcedSpills: sum('forcedSpills'),
    diskBytesSpilled: sum('diskBytesSpilled'),
    failedAttempts: tasks.filter(({ failure }) => failure !== null).length,
  };
}

/** What the job must find: the same records made one by one in this process. */
export function expectedOf({ records, valueBytes, keys }: SizeScenario): unknown {
  let hashes = 0;
  for (let i = 0; i < records; i += 1) hashes += recordHash(keyOf(keys === null ? i : i % keys), textOf(i, valueBytes));
  return { records, hashes, ...(keys === null ? {} : { groups: keys }), ordered: true };
}
