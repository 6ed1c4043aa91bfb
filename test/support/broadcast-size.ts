import { readFileSync } from 'node:fs';
import type { AppEvent } from '../../engine/types/app-event.ts';
import { jobFolder } from './job-folder.ts';
import { watchTree } from './process-tree.ts';
import { eventsOf } from './run-events.ts';

export interface BroadcastSize {
  readonly millions: number;
  readonly executorMb: number;
  readonly timeoutMs: number;
}

/** What a run of two executors with two threads each has shown; `wrong` is empty when each has read the value once, and it was written once. */
export interface BroadcastSizeResult {
  readonly seconds: number;
  /** Of the driver and its executors, together. */
  readonly peakBytes: number;
  /** That each executor process has read in all; none where the kernel does not count. */
  readonly readBytes: readonly number[];
  readonly wrong: readonly string[];
}

/** Modules and templates that an executor reads besides. */
const BESIDES = 15e6;

export async function runBroadcastSize({ millions, executorMb, timeoutMs }: BroadcastSize): Promise<BroadcastSizeResult> {
  using folder = jobFolder({ 'job.ts': readFileSync(new URL('../e2e/jobs/broadcast-size.ts', import.meta.url), 'utf8') });
  const start = performance.now();
  let watch: ReturnType<typeof watchTree> | null = null;
  const { stdout, stderr, code } = await folder.run(['--on', `local-cluster[2,2,${executorMb}]`, 'job.ts', String(millions)], {
    timeoutMs,
    onStart: (child) => {
      watch = watchTree(child.pid as number);
    },
  });
  const peakBytes = (watch as ReturnType<typeof watchTree> | null)?.stop() ?? 0;
  const seconds = (performance.now() - start) / 1000;
  const line = stdout.split('\n').find((each) => each.startsWith('{'));
  if (code !== 0 || line === undefined) return { seconds, peakBytes, readBytes: [], wrong: [`exit code ${code}: ${stderr}`] };
  const { readBytes, ...found } = JSON.parse(line) as { readonly readBytes: readonly number[] };
  const written = (await eventsOf(folder, stderr)).filter((event) => event.kind === 'broadcastStored');
  const expected = JSON.stringify({ files: 1, sum: 2016 + 2016 + 2080 + 2016 });
  return {
    seconds,
    peakBytes,
    readBytes,
    wrong: [
      ...(JSON.stringify(found) === expected ? [] : [`found ${JSON.stringify(found)}, not ${expected}`]),
      ...(written.length === 1 ? [] : [`${written.length} values were written`]),
      ...readBytes.flatMap((read) => (isOnce(read, written) ? [] : [`an executor has read ${read} bytes`])),
    ],
  };
}

function isOnce(read: number, written: readonly (AppEvent & { readonly kind: 'broadcastStored' })[]): boolean {
  const bytes = written[0]?.bytes ?? 0;
  return read >= bytes && read < bytes + BESIDES;
}
