// Checks the models of the protocols (docs/protocols.md) with spin: every property holds, and fails when the rule behind it is taken away.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEADLOCKS, MODEL_CHECKS, propertyAt } from './model-checks.ts';
import { missingTools } from './model-tools.mjs';

const folder = fileURLToPath(new URL('../protocols/', import.meta.url));

/** Explores every state of one model: how many there are, and the property that fails first, or null. */
function explore({ model, flags }: (typeof MODEL_CHECKS)[number]): { readonly states: number; readonly broken: string | null } {
  const place = mkdtempSync(join(tmpdir(), 'levin-model-'));
  const run = (command: string, args: readonly string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: place, encoding: 'utf8', maxBuffer: 1 << 26 });
    if (error !== undefined || status !== 0) throw new Error(`${command} failed for ${model}: ${error ?? stdout + stderr}`);
    return stdout;
  };
  try {
    copyFileSync(`${folder}${model}.pml`, join(place, 'model.pml'));
    const defines = flags.map((flag) => `-D${flag}`);
    run('spin', ['-a', ...defines, 'model.pml']);
    run('gcc', ['-O1', '-DSAFETY', '-o', 'pan', 'pan.c']);
    const report = run('./pan', ['-m100000']);
    const errors = Number(/errors: (\d+)/.exec(report)?.[1] ?? Number.NaN);
    const states = Number(/([\d.e+]+) states, stored/.exec(report)?.[1] ?? 0);
    const isWhole = !/max search depth too small|out of memory/.test(report);
    if (!(states > 0) || Number.isNaN(errors) || !isWhole) throw new Error(`the search of ${model} is not complete:\n${report}`);
    return {
      states,
      broken: errors === 0 ? null : brokenBy(model, report, () => run('sh', ['-c', `spin -t ${defines.join(' ')} model.pml 2>&1; true`])),
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function brokenBy(model: string, report: string, replay: () => string): string {
  if (/pan:1: invalid end state/.test(report)) return DEADLOCKS[model] ?? 'no deadlock';
  // The history that was found, replayed: it ends at the assertion.
  const line = Number(/model\.pml:(\d+), Error: assertion violated/.exec(replay())?.[1]);
  return propertyAt(readFileSync(`${folder}${model}.pml`, 'utf8'), line) ?? `the assertion in line ${line}`;
}

function main(): void {
  const missing = missingTools();
  if (missing.length > 0) {
    process.stderr.write(`npm run model needs ${missing.join(' and ')}. Install: apt-get install spin gcc (macOS: brew install spin).\n`);
    process.exit(1);
  }
  let wrong = 0;
  let states = 0;
  for (const check of MODEL_CHECKS) {
    const found = explore(check);
    const ok = found.broken === check.breaks;
    if (!ok) wrong++;
    states += found.states;
    const what = check.flags.length === 0 ? 'as it is' : check.flags.join(' ');
    const result = found.broken === null ? 'all properties hold' : `fails: ${found.broken}`;
    const expected = ok ? '' : `, expected: ${check.breaks === null ? 'all properties hold' : `fails: ${check.breaks}`}`;
    process.stdout.write(
      `${ok ? 'ok  ' : 'FAIL'} ${check.model.padEnd(7)} ${what.padEnd(48)} ${String(found.states).padStart(9)} states  ${result}${expected}\n`,
    );
  }
  process.stdout.write(`${MODEL_CHECKS.length} checks, ${states} states, ${wrong} wrong\n`);
  process.exitCode = wrong === 0 ? 0 : 1;
}

main();
