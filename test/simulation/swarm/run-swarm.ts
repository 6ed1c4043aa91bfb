import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

export interface SwarmReport {
  readonly count: number;
  readonly failures: readonly { readonly seed: string; readonly shape: string; readonly wrong: string }[];
  readonly totals: {
    readonly drivers: number;
    readonly faults: Readonly<Record<string, number>>;
    readonly shapes: Readonly<Record<string, number>>;
  };
}

/** Runs the histories of `count` seeds from `from` in processes side by side; one report of each. */
export function runSwarm({
  from,
  count,
  shards,
}: {
  readonly from: number;
  readonly count: number;
  readonly shards: number;
}): Promise<SwarmReport[]> {
  const border = (shard: number): number => from + Math.floor((shard * count) / shards);
  return Promise.all(Array.from({ length: shards }, (_, shard) => runShard(border(shard), border(shard + 1))));
}

function runShard(from: number, to: number): Promise<SwarmReport> {
  const args = [MAIN, '--json', '--from', String(from), '--count', String(to - from)];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`the shard said nothing: ${error?.message} ${stderr}`));
      else resolve(JSON.parse(stdout) as SwarmReport);
    });
  });
}
