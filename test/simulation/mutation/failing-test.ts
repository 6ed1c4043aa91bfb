import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { type Patch, ROOT } from './patch.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));

/** A process with a folder of tests computes for a minute at most; what goes on for longer never ends. */
const CPU_SECONDS = 200;

/** Tests that take half a minute of computing, or measure the memory of their process: they say something about sizes, not about mistakes. */
const LARGE = ['**/many-partitions.test.ts', '**/scale.test.ts', '**/shuffle/spill.test.ts'];

/** So often is a folder run when something of it fails by itself. */
const MAX_RUNS = 3;

export type Judged =
  | { readonly kind: 'passed' }
  /** What failed, and passes without the patch. */
  | { readonly kind: 'failed'; readonly test: string }
  /** It fails without the patch, too. */
  | { readonly kind: 'unclear'; readonly test: string };

/** Whether one of a folder's tests fails because of the patch: what fails has to pass without, so that a busy machine does not decide. */
export async function judgeByTests(patch: Patch, folder: string): Promise<Judged> {
  for (let runs = 1; ; runs++) {
    const failed = await firstFailed(patch, folder);
    if (failed === null) return { kind: 'passed' };
    const without = await firstFailed(null, failed.file ?? folder);
    if (without === null) return { kind: 'failed', test: failed.name };
    if (runs === MAX_RUNS) return { kind: 'unclear', test: without.name };
  }
}

interface Failed {
  readonly name: string;
  /** null: a process of them did not end. */
  readonly file: string | null;
}

/** null: all pass. */
function firstFailed(patch: Patch | null, tests: string): Promise<Failed | null> {
  const large = LARGE.flatMap((pattern) => ['--exclude', pattern]);
  const vitest = [process.execPath, VITEST, 'run', '--config', CONFIG, '--bail', '1', '--reporter', 'dot', ...large, tests];
  const env = { ...process.env, LEVIN_PATCH: patch === null ? undefined : JSON.stringify(patch) };
  return new Promise((resolve, reject) => {
    // Each process of the tests has the limit.
    const args = ['-c', `ulimit -t ${CPU_SECONDS} && exec "$@"`, 'sh', ...vitest];
    const child = spawn('/bin/sh', args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => {
        text = (text + part.toString()).slice(-(2 ** 20));
      });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(null);
      else resolve(failedOf(stripVTControlCharacters(text)));
    });
  });
}

function failedOf(text: string): Failed {
  const [line, file] = /FAIL\s+(test\/\S+\.test\.ts)[^\n]*/.exec(text) ?? [];
  if (line === undefined || file === undefined) return { name: 'the tests did not end', file: null };
  return { name: line.replace(/\s+/g, ' ').slice(0, 200), file };
}
