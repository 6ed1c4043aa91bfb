import { isDeepStrictEqual } from 'node:util';
import { type SimResult, simulate } from '../../../simulator/simulate.ts';
import { drawSwarm } from './draw-swarm.ts';
import { watchCommits } from './watch-commits.ts';
import { watchEpochs } from './watch-epochs.ts';
import { watchOutput } from './watch-outputs.ts';
import { wrongSizes } from './wrong-sizes.ts';

export interface Verdict {
  readonly seed: string;
  readonly shape: string;
  /** What is wrong; null: nothing. */
  readonly wrong: string | null;
  readonly faults: readonly string[];
  readonly drivers: number;
  readonly elapsedMs: number;
}

/** Runs one seed's history and judges it. `only`: with these faults alone. */
export async function runSeed(
  seed: string,
  options: { readonly only?: ReadonlySet<string>; readonly onTrace?: (line: string) => void } = {},
): Promise<Verdict> {
  const { job, ...swarm } = drawSwarm(seed);
  const sizesMb = swarm.compute === 'lambda' ? swarm.memorySizesMb : swarm.memorySizesMb.slice(0, 1);
  const fired: string[] = [];
  const driverSinceMs = new Map<string, number>();
  const outputs = (job.outputs ?? []).map(watchOutput);
  const commits = watchCommits(
    (winner) => job.indeterminate === true || fired.some((name) => /^(corrupt|delete) /.test(name) && name.includes(winner)),
  );
  const epochs = watchEpochs();
  let violation: unknown = null;
  let nowMs = () => 0;
  const result = await simulate(job.run, {
    seed,
    maxMs: 3 * 3_600_000,
    ...swarm,
    ...options,
    onTrace(line) {
      const fault = /^[\d.]+ fault (.*)$/.exec(line)?.[1];
      if (fault !== undefined) fired.push(fault);
      options.onTrace?.(line);
    },
    async prepare(world) {
      nowMs = () => world.clock.monotonic();
      for (const [path, text] of Object.entries(job.inputs ?? {})) await world.files.put(path.slice(1), new TextEncoder().encode(text));
    },
    onEffect(effect, world) {
      const { process, name, key } = effect;
      if (!driverSinceMs.has(process)) driverSinceMs.set(process, nowMs());
      if (/^items\.(put|transact|delete)$/.test(name)) {
        const ofStage = key.includes('#stage#');
        return epochs.look(effect, world).then(() => (ofStage ? commits.look(key, world) : undefined));
      }
      if (name.startsWith('files.') || name.startsWith('staged.'))
        return Promise.all(outputs.map((output) => output.look(world))).then(() => undefined);
      return undefined;
    },
    onInvoke(spec, driver) {
      try {
        commits.launched(spec, driverSinceMs.get(driver) ?? 0);
      } catch (error) {
        violation ??= error;
      }
    },
  }).catch((error: unknown) => ({ thrown: error }));
  if ('thrown' in result)
    return { seed, shape: job.shape, wrong: `violated: ${textOf(result.thrown)}`, faults: fired, drivers: 0, elapsedMs: 0 };
  const { faults, drivers, elapsedMs } = result;
  return {
    seed,
    shape: job.shape,
    wrong: judge(result, job.expected, violation) ?? unreached(outputs, job.outputs) ?? wrongSizes(await result.events(), sizesMb),
    faults,
    drivers,
    elapsedMs,
  };
}

function judge({ outcome }: SimResult<unknown>, expected: unknown, violation: unknown): string | null {
  if (violation !== null) return `violated: ${textOf(violation)}`;
  if (outcome.kind === 'error') return `failed: ${textOf(outcome.error)}`;
  const wrong = outcome.answers.find((answer) => !isDeepStrictEqual(answer, expected));
  if (wrong === undefined) return null;
  return `wrong answer: ${JSON.stringify(wrong).slice(0, 300)} instead of ${JSON.stringify(expected).slice(0, 300)}`;
}

function unreached(
  watched: readonly { readonly reached: () => number }[],
  outputs: readonly { readonly contents: readonly unknown[] }[] = [],
): string | null {
  const at = watched.findIndex((output, i) => output.reached() !== (outputs[i]?.contents.length ?? 0) - 1);
  return at < 0 ? null : `output ${at} stands at ${watched[at]?.reached()}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${(error.stack ?? '').split('\n').slice(1, 3).join(' ')}` : String(error);
}
