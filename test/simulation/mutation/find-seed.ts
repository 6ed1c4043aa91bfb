import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Patch } from './patch.ts';
import { watchComputing } from './watch-computing.ts';

const MAIN = fileURLToPath(new URL('../swarm/main.ts', import.meta.url));
const PLANT = pathToFileURL(fileURLToPath(new URL('./plant.ts', import.meta.url))).href;
/** Compiled code by its text: most of it is the same for all mutants. */
const CACHE = join(tmpdir(), 'levin-mutants-code');
/** A seed computes for a hundredth of a second, to start takes two; what computes for this long never ends. */
const LIMITS = { cpuSeconds: 30, wallMs: 1_800_000 };

/** How a mistake was seen: a seed went wrong, one never ended, or the program did not even start. */
export type Found =
  | { readonly kind: 'wrong'; readonly seed: string; readonly wrong: string }
  | { readonly kind: 'hangs'; readonly seed: string }
  | { readonly kind: 'crash'; readonly message: string };

export interface FindSeed {
  readonly from: number;
  readonly count: number;
}

/** Runs seeds one after the other with the patch planted until one goes wrong; null: none did. Without a patch: the sources as they are. */
export function findSeed(patch: Patch | null, { from, count }: FindSeed): Promise<Found | null> {
  const args = ['--import', PLANT, MAIN, '--from', String(from), '--count', String(count), '--first', '--beat'];
  const env = { ...process.env, NODE_COMPILE_CACHE: CACHE, LEVIN_PATCH: patch === null ? undefined : JSON.stringify(patch) };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr, beats] = ['', '', 0];
    let idle = false;
    const computing = watchComputing(child.pid ?? 0, LIMITS, () => {
      idle = true;
      child.kill('SIGKILL');
    });
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      beats += text.toString().split('\n.').length - 1;
      stderr = (stderr + text.toString()).slice(-4_000);
      computing.beat();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      computing.stop();
      const [, seed, wrong] = /^seed (\S+) \(\w+\): ([^\n]*)/m.exec(stdout) ?? [];
      if (seed !== undefined && wrong !== undefined) resolve({ kind: 'wrong', seed, wrong });
      else if (idle) resolve({ kind: 'hangs', seed: String(from + Math.max(0, beats - 1)) });
      else if (code !== 0) resolve({ kind: 'crash', message: stderr.replace(/\n\./g, '').trim().slice(0, 300) });
      else resolve(null);
    });
  });
}
