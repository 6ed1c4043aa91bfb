/**
 * The whole driver side of 50,000 map tasks × 1,000 reducers, against a tenth of it, each in a process of its own; attempts are not run.
 * With two numbers it is one such process: maps, reducers; it prints what it took as JSON.
 */
import { spawnSync } from 'node:child_process';
import { readShuffleIndexRow } from '../engine/runtime/sources/shuffle-index.ts';
import { type InstantAnswer, runInstantDriver } from './scheduling/instant-driver.ts';

/** Ten times the tasks may take this many times as much. */
const MAX_RATIO = 12;
const MAX_SECONDS = 60;
const MAX_MB = 1500;
const [MAPS, REDUCERS] = [50_000, 1000];
const ROUNDS = 3;

interface Measured extends InstantAnswer {
  readonly cpuMs: number;
  readonly peakMb: number;
  /** Bytes of the located slices of each 199th reducer. */
  readonly located: Readonly<Record<number, number>>;
}

/** Made-up bytes of one block, from 200 to 3,199: some 1,700 on average. */
function sizeOf(map: number, reducer: number): number {
  return 200 + ((map * 31 + reducer * 17) % 3000);
}

async function measure(maps: number, reducers: number): Promise<Measured> {
  const located: Record<number, number> = {};
  const answer = await runInstantDriver({
    maps,
    reducers,
    sizeOf,
    async onReducer({ partition, inputs }, objects) {
      const input = inputs[0]?.input;
      if (input?.kind !== 'shuffleIndex' || partition % 199 !== 0) return;
      const { indexKey: key, row } = input;
      const slices = await readShuffleIndexRow({ objects, key, row, signal: new AbortController().signal });
      located[partition] = slices.reduce((sum, { offsets: [start = 0, end = 0] }) => sum + end - start, 0);
    },
  });
  const { user, system } = process.cpuUsage();
  return { ...answer, located, cpuMs: (user + system) / 1000, peakMb: process.resourceUsage().maxRSS / 1024 };
}

function measureInProcess(maps: number): Measured {
  const { status, stdout } = spawnSync(process.execPath, [import.meta.filename, String(maps), String(REDUCERS)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the driver of ${maps} maps ended with ${status}`);
  return JSON.parse(stdout) as Measured;
}

/** The least of several rounds, the two sizes in turn: what a busy machine adds falls on both alike. */
function compare(): void {
  const best = { small: measureInProcess(MAPS / 10), large: measureInProcess(MAPS) };
  for (let round = 1; round < ROUNDS; round++) {
    const [small, large] = [measureInProcess(MAPS / 10), measureInProcess(MAPS)];
    if (small.cpuMs < best.small.cpuMs) best.small = small;
    if (large.cpuMs < best.large.cpuMs) best.large = large;
  }
  const { small, large } = best;
  const [time, memory] = [large.cpuMs / small.cpuMs, large.peakMb / small.peakMb];
  const row = (m: Measured): string => `${(m.ms / 1000).toFixed(1)} s (CPU ${(m.cpuMs / 1000).toFixed(1)} s), ${m.peakMb.toFixed(0)} MB`;
  console.log(
    `driver: ${MAPS / 10} × ${REDUCERS} ${row(small)}; ${MAPS} × ${REDUCERS} ${row(large)} (at most ${MAX_SECONDS} s, ${MAX_MB} MB)`,
  );
  console.log(`ratio of CPU ${time.toFixed(1)}, of memory ${memory.toFixed(1)} (at most ${MAX_RATIO})`);
  if (Math.max(time, memory) > MAX_RATIO || large.ms > 1000 * MAX_SECONDS || large.peakMb > MAX_MB) process.exitCode = 1;
}

const [maps, reducers] = process.argv.slice(2).map(Number);
if (maps !== undefined && reducers !== undefined) console.log(JSON.stringify(await measure(maps, reducers)));
else compare();
