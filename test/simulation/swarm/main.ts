import { parseArgs } from 'node:util';
import { runMutants } from '../mutation/run-mutants.ts';
import { runToolMutants } from '../mutation/run-tool-mutants.ts';
import { runSeed, type Verdict } from './run-seed.ts';
import { shrink } from './shrink.ts';

// npm run simulate -- --seed 123 [--trace] | --from 0 --count 1000 [--first] | --mutants [--only text] | --tool-mutants [--verdicts file]
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: '100' },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    first: { type: 'boolean', default: false },
    beat: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    'tool-mutants': { type: 'boolean', default: false },
    sample: { type: 'string', default: '200' },
    only: { type: 'string' },
    workers: { type: 'string', default: '2' },
    verdicts: { type: 'string' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (values.mutants) {
  const unseen = await runMutants(say, { count: Number(values.count), only: values.only, workers: Number(values.workers) });
  say(`${unseen.length} mutants were not seen`);
  process.exitCode = unseen.length === 0 ? 0 : 1;
} else if (values['tool-mutants']) {
  const { sample, seed = '1', count, workers, verdicts = null } = values;
  const left = await runToolMutants(say, { sample: Number(sample), seed, count: Number(count), workers: Number(workers), verdicts });
  say(`${left} mutants are to be explained or seen`);
  process.exitCode = left === 0 ? 0 : 1;
} else if (values.seed !== undefined) {
  const verdict = await runSeed(values.seed, values.trace ? { onTrace: say } : {});
  say(`seed ${verdict.seed}: ${verdict.shape}, ${verdict.faults.length} faults, ${verdict.drivers} drivers: ${verdict.wrong ?? 'well'}`);
  if (verdict.wrong !== null) await explain(verdict);
} else {
  const started = performance.now();
  const failures: Verdict[] = [];
  const totals = { faults: {} as Record<string, number>, drivers: 0, shapes: {} as Record<string, number> };
  const from = Number(values.from);
  const count = Number(values.count);
  for (let seed = from; seed < from + count; seed++) {
    if (values.beat) process.stderr.write('\n.');
    const verdict = await runSeed(String(seed));
    totals.drivers += verdict.drivers;
    totals.shapes[verdict.shape] = (totals.shapes[verdict.shape] ?? 0) + 1;
    for (const fault of verdict.faults) {
      const kind = fault.split(' ')[0] as string;
      totals.faults[kind] = (totals.faults[kind] ?? 0) + 1;
    }
    if (verdict.wrong === null) continue;
    failures.push(verdict);
    if (!values.json) say(`seed ${seed} (${verdict.shape}): ${verdict.wrong}\n  npm run simulate -- --seed ${seed}`);
    if (values.first) break;
  }
  const msEach = (performance.now() - started) / count;
  if (values.json) say(JSON.stringify({ count, failures, totals }));
  else say(`${count} seeds, ${failures.length} failed, ${msEach.toFixed(1)} ms each; ${JSON.stringify(totals)}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** The fewest of its faults with which it still goes wrong in the same way. */
async function explain(verdict: Verdict): Promise<void> {
  const least = await shrink(verdict);
  say(`with ${least.faults.length} of its ${verdict.faults.length} faults: ${least.wrong}`);
  for (const fault of least.faults) say(`  ${fault}`);
  process.exitCode = 1;
}
