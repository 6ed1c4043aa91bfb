import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapBounded } from '../../../engine/ports/map-bounded.ts';
import { seededNumbers } from '../../../engine/ports/seeded-numbers.ts';
import { equivalentMutants } from './equivalent-mutants.ts';
import { judgeByTests } from './failing-test.ts';
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
  /** Keeps what was judged, so that a run that was cut short goes on; null: nowhere. */
  readonly verdicts: string | null;
}

interface Sampled extends ToolMutant {
  readonly tests: readonly string[];
  /** Of the change and the file that it changes. */
  readonly id: string;
}

interface Verdict {
  readonly kind: 'simulator' | 'unit' | 'none' | 'unclear';
  readonly how: string;
}

/**
 * Plants a sample of the changes that a tool makes, one after the other: seeds of the simulator run until one goes wrong, then the unit tests of the part.
 * Gives those that nothing noticed and that are not explained.
 */
export async function runToolMutants(say: (line: string) => void, options: RunToolMutants): Promise<number> {
  const { sample, seed, count, workers, verdicts } = options;
  const all = everyMutant();
  const next = seededNumbers(`tool mutants ${seed}`);
  const chosen = all
    .map((mutant) => ({ mutant, order: next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, sample)
    .map(({ mutant }) => mutant);
  say(`${all.length} mutants, ${chosen.length} of them`);
  const judged = judgedBefore(verdicts);
  const totals = { simulator: 0, unit: 0, none: 0, unclear: 0, explained: 0 };
  await mapBounded(chosen, { concurrency: workers }, async (mutant) => {
    const by = judged.get(mutant.id) ?? (await killerOf(mutant, count));
    if (verdicts !== null && !judged.has(mutant.id)) appendFileSync(verdicts, `${JSON.stringify({ id: mutant.id, ...by })}\n`);
    totals[by.kind]++;
    const why = by.kind === 'none' ? explanationOf(mutant) : null;
    if (why !== null) totals.explained++;
    const word = { none: why === null ? 'SURVIVES' : 'explained', unclear: 'UNCLEAR', simulator: 'simulator', unit: 'unit' }[by.kind];
    say(`${word} ${mutant.patch.file}:${mutant.line} ${mutant.rule}: ${mutant.before}   ${why ?? by.how}`);
  });
  const { simulator, unit, none, unclear, explained } = totals;
  const share = (((simulator + unit) / chosen.length) * 100).toFixed(1);
  say(
    `by the simulator ${simulator}, by unit tests alone ${unit}: ${share} %; by nothing ${none}, of them explained ${explained}; unclear ${unclear}`,
  );
  return none - explained + unclear;
}

function everyMutant(): readonly Sampled[] {
  return AREAS.flatMap(({ files, tests }) =>
    files
      .flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort())
      .flatMap((file) => {
        const source = readFileSync(join(ROOT, file), 'utf8');
        return makeMutants(file, source).map((mutant): Sampled => ({ ...mutant, tests, id: idOf(mutant, source) }));
      }),
  );
}

function idOf({ patch }: ToolMutant, source: string): string {
  return createHash('sha256')
    .update(JSON.stringify([patch, source]))
    .digest('hex')
    .slice(0, 32);
}

/** Those that nothing has seen are judged anew: a test may have been written since. */
function judgedBefore(path: string | null): ReadonlyMap<string, Verdict> {
  if (path === null || !existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const verdicts = lines.map((line) => JSON.parse(line) as Verdict & { readonly id: string });
  return new Map(verdicts.filter(({ kind }) => kind === 'simulator' || kind === 'unit').map(({ id, kind, how }) => [id, { kind, how }]));
}

function explanationOf({ patch, rule, lineText }: ToolMutant): string | null {
  return equivalentMutants.find((each) => each.file === patch.file && each.rule === rule && each.line === lineText)?.why ?? null;
}

async function killerOf({ patch, tests }: Sampled, count: number): Promise<Verdict> {
  const found = await findSeed(patch, { from: 0, count });
  if (found !== null) {
    const how = found.kind === 'crash' ? `does not start: ${found.message.slice(0, 120)}` : `seed ${found.seed}`;
    return { kind: 'simulator', how: found.kind === 'wrong' ? `${how}: ${found.wrong.slice(0, 100)}` : how };
  }
  // The nearest tests first: they take the least time.
  const unclear: string[] = [];
  for (const folder of tests) {
    const judged = await judgeByTests(patch, folder);
    if (judged.kind === 'failed') return { kind: 'unit', how: judged.test };
    if (judged.kind === 'unclear') unclear.push(judged.test);
  }
  return unclear.length === 0 ? { kind: 'none', how: '' } : { kind: 'unclear', how: `fails without it: ${unclear.join('; ')}` };
}
