import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mapBounded } from '../../../engine/ports/map-bounded.ts';
import { seededNumbers } from '../../../engine/ports/seeded-numbers.ts';
import { findSeed } from './find-seed.ts';
import { makeMutants, type ToolMutant } from './make-mutants.ts';
import { ROOT } from './patch.ts';

/** Scheduler, journal, lease, commits, shuffle and publishing, and the unit tests that are theirs. */
const AREAS: readonly { readonly files: readonly string[]; readonly tests: readonly string[] }[] = [
  { files: ['driver/scheduler/*.ts'], tests: ['test/unit/scheduler', 'test/unit/application'] },
  { files: ['driver/journal/*.ts'], tests: ['test/unit/journal', 'test/unit/application'] },
  { files: ['driver/lease/*.ts'], tests: ['test/unit/lease', 'test/unit/application'] },
  {
    files: ['commit', 'commit-item', 'raise-generation', 'read-committed', 'repeat-write', 'own-delivery', 'packed-numbers'].map(
      (name) => `engine/runtime/${name}.ts`,
    ),
    tests: ['test/unit/commit', 'test/unit/application'],
  },
  { files: ['shuffle/*.ts'], tests: ['test/unit/shuffle', 'test/unit/runtime'] },
  {
    files: [
      'publish-output',
      'plan-publication',
      'output-folder',
      'output-claims',
      'save-output',
      'earlier-attempts',
      'task-launcher',
      'stage-table',
      'shuffle-locator',
      'app-journal',
      'run-actions',
      'stage-resolver',
      'collect-results',
    ].map((name) => `driver/application/${name}.ts`),
    tests: ['test/unit/application'],
  },
];

export interface RunToolMutants {
  /** How many of all, and which. */
  readonly sample: number;
  readonly seed: string;
  /** Seeds of the simulator for each. */
  readonly count: number;
  readonly workers: number;
}

interface Sampled extends ToolMutant {
  readonly tests: readonly string[];
}

/**
 * Plants a sample of the changes that a tool makes, one after the other: seeds of the simulator run until one goes wrong, then the unit tests of the part.
 * Gives those that nothing noticed.
 */
export async function runToolMutants(say: (line: string) => void, options: RunToolMutants): Promise<number> {
  const all = AREAS.flatMap(({ files, tests }) =>
    files
      .flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort())
      .flatMap((file) => makeMutants(file, readFileSync(join(ROOT, file), 'utf8')).map((mutant): Sampled => ({ ...mutant, tests }))),
  );
  const next = seededNumbers(`tool mutants ${options.seed}`);
  const chosen = all
    .map((mutant) => ({ mutant, order: next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, options.sample)
    .map(({ mutant }) => mutant);
  say(`${all.length} mutants, ${chosen.length} of them`);
  const killed = { simulator: 0, unit: 0, none: 0 };
  await mapBounded(chosen, { concurrency: options.workers }, async (mutant) => {
    const by = await killerOf(mutant, options.count);
    killed[by.kind]++;
    const { file } = mutant.patch;
    say(`${by.kind === 'none' ? 'SURVIVES' : by.kind} ${file}:${mutant.line} ${mutant.rule}: ${mutant.before}   ${by.how}`);
  });
  say(`killed by the simulator: ${killed.simulator}, by unit tests alone: ${killed.unit}, by nothing: ${killed.none}`);
  return killed.none;
}

async function killerOf({ patch, tests }: Sampled, count: number): Promise<{ kind: 'simulator' | 'unit' | 'none'; how: string }> {
  const found = await findSeed(patch, { from: 0, count });
  if (found !== null) {
    const how = found.kind === 'crash' ? `does not start: ${found.message.slice(0, 120)}` : `seed ${found.seed}`;
    return { kind: 'simulator', how: found.kind === 'wrong' ? `${how}: ${found.wrong.slice(0, 100)}` : how };
  }
  // The nearest tests first: they take the least time.
  let failed: string | null = null;
  for (const folder of tests) failed ??= await failedTest(patch, folder);
  return failed === null ? { kind: 'none', how: '' } : { kind: 'unit', how: failed };
}

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const CONFIG = fileURLToPath(new URL('./vitest.config.ts', import.meta.url));
const TESTS_MS = 1_800_000;

/** The first test that fails with the patch planted; null: none. */
function failedTest(patch: ToolMutant['patch'], tests: string): Promise<string | null> {
  const args = [VITEST, 'run', '--config', CONFIG, '--bail', '1', '--reporter', 'dot', tests];
  const env = { ...process.env, LEVIN_PATCH: JSON.stringify(patch) };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env, timeout: TESTS_MS, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(null);
      else resolve(/FAIL[^\n]*/.exec(stdout + stderr)?.[0].slice(0, 160) ?? 'the tests did not end');
    });
  });
}
