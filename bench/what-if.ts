/**
 * What `levin simulate` says of a run eight times as large, beside that run: tasks, bytes and processor time by stage, on two workers.
 * Processor time is compared rather than seconds: other programs on the machine do not change it.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { readEventLog } from '../driver/events/event-log.ts';
import { type RunProfile, runProfile, type StageProfile } from '../driver/whatif/run-profile.ts';
import { scaleRun } from '../driver/whatif/scale-run.ts';
import { openStores } from '../driver/wiring.ts';
import { AWS_FACTS, type Facts, type LatencyMs } from '../simulator/facts.ts';
import { predictRun } from '../simulator/predict.ts';
import { corpusLines } from './data/corpus.ts';
import { groupLines } from './data/pairs.ts';

const SMALL_BYTES = 8_000_000;
const TIMES = 8;
const SETTINGS = { maxPartitionBytes: 4_000_000 };
const WORKERS = 2;
/** More than this, and a prediction is of no use. */
const MAX_ERROR = 1;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'levin-what-if-'));
const quick = (ms: number): LatencyMs => ({ p50: ms, p95: ms, p99: ms, p999: ms, max: ms });
/** Two threads, a local disk, one process: nothing that a laptop does not have. */
const LAPTOP: Facts = {
  ...AWS_FACTS,
  objectReadMs: quick(0.3),
  objectWriteMs: quick(1),
  itemReadMs: quick(0.1),
  itemWriteMs: quick(2),
  invokeMs: quick(0.2),
  coldStartMs: quick(1),
  objectReadsPerSecond: 1e9,
  objectWritesPerSecond: 1e9,
  burstBytes: 1e15,
  bytesPerSecond: 1e15,
};

async function write(name: string, lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(join(folder, name));
  Readable.from(
    (function* () {
      for (const line of lines) yield `${line}\n`;
    })(),
  ).pipe(file);
  await finished(file);
}

interface Profiled {
  readonly workers: number;
  readonly settings: typeof SETTINGS;
}

async function profileOf(job: string, data: string, { workers, settings }: Profiled): Promise<RunProfile> {
  const state = join(folder, `state-${job}-${data}`);
  const conf = Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
  const args = [
    'run',
    '--quiet',
    '--on',
    `local[${workers}]`,
    ...conf,
    '--state-dir',
    state,
    `${root}bench/jobs/${job}.ts`,
    join(folder, data),
  ];
  const { status } = spawnSync(process.execPath, [`${root}bin/levin.js`, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`${job} on ${data} ended with ${status}`);
  const stores = openStores(state);
  const [first] = (await stores.objects.list('history/')).objects;
  const events = await readEventLog(stores.objects, first?.key.split('/')[1] ?? '');
  await stores.metadata.close();
  return runProfile(events);
}

const sum = (stage: StageProfile, of: (task: StageProfile['tasks'][number]) => number): number =>
  stage.tasks.reduce((total, task) => total + of(task), 0);
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const errorOf = (predicted: number, measured: number): string =>
  measured === 0 ? '' : `${predicted >= measured ? '+' : ''}${Math.round((100 * (predicted - measured)) / measured)} %`;

let worst = 0;
async function compare(job: string): Promise<void> {
  const small = await profileOf(job, 'small', { workers: 1, settings: { maxPartitionBytes: SMALL_BYTES / 8 } });
  const large = await profileOf(job, 'large', { workers: WORKERS, settings: SETTINGS });
  const bytes = large.stages
    .flatMap(({ shape }) => shape.reads)
    .reduce((total, read) => (read.kind === 'files' ? total + read.bytes : total), 0);
  const run = scaleRun(small, bytes);
  const predicted = await predictRun(run, { seed: '1', workers: WORKERS, memoryMb: 1769, config: SETTINGS, facts: LAPTOP });
  process.stdout.write(`\n${job}: profile of ${mb(run.profiledBytes)}, ${mb(run.inputBytes)} predicted | measured | error\n`);
  let [allPredicted, allMeasured] = [0, 0];
  for (const stage of large.stages) {
    const guess = predicted.stages.get(stage.stage);
    if (guess === undefined) continue;
    const measuredMs = sum(stage, ({ cpuMs, runMs }) => cpuMs ?? runMs);
    const guessedMs = guess.computeMs;
    const written = sum(stage, ({ shuffleBytesWritten }) => shuffleBytesWritten);
    allPredicted += guessedMs;
    allMeasured += measuredMs;
    process.stdout.write(
      `  stage ${stage.stage}: ${guess.tasks} | ${stage.tasks.length} tasks; shuffle written ${mb(guess.shuffleWriteBytes)} | ${mb(written)} | ${errorOf(guess.shuffleWriteBytes, written)}; ` +
        `processor ${(guessedMs / 1000).toFixed(2)} | ${(measuredMs / 1000).toFixed(2)} s | ${errorOf(guessedMs, measuredMs)}\n`,
    );
    if (written > 0) worst = Math.max(worst, Math.abs(guess.shuffleWriteBytes - written) / written);
    if (guess.tasks !== stage.tasks.length) process.exitCode = 1;
  }
  worst = Math.max(worst, Math.abs(allPredicted - allMeasured) / allMeasured);
  process.stdout.write(
    `  processor in all ${(allPredicted / 1000).toFixed(2)} | ${(allMeasured / 1000).toFixed(2)} s | ${errorOf(allPredicted, allMeasured)}; job ${predicted.seconds.toFixed(2)} | ${(large.elapsedMs / 1000).toFixed(2)} s with start and end\n`,
  );
}

try {
  for (const [data, bytes] of [
    ['small', SMALL_BYTES],
    ['large', SMALL_BYTES * TIMES],
  ] as const) {
    mkdirSync(join(folder, data));
    await write(`${data}/corpus.txt`, corpusLines(bytes));
    await write(`${data}/group.tsv`, groupLines(bytes / 18, bytes / 1000));
  }
  for (const job of ['wordcount', 'group']) await compare(job);
  if (worst > MAX_ERROR) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
