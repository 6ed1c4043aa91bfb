import { isDeepStrictEqual } from 'node:util';
import { type SimResult, simulate } from '../../../simulator/simulate.ts';
import { drawSwarm, type Swarm } from './draw-swarm.ts';
import { type AttemptWatchOptions, watchAttempts } from './watch-attempts.ts';
import { watchCommits } from './watch-commits.ts';
import { judgeEvents } from './watch-events.ts';
import { watchJournal } from './watch-journal.ts';
import { watchLease } from './watch-lease.ts';
import { watchOutput } from './watch-outputs.ts';
import { watchStorage } from './watch-storage.ts';
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
  const watch = watchAll(job, swarm);
  const result = await simulate(job.run, {
    seed,
    maxMs: 3 * 3_600_000,
    ...swarm,
    ...options,
    ...watch.hooks,
    onTrace(line) {
      watch.hooks.onTrace(line);
      options.onTrace?.(line);
    },
  }).catch((error: unknown) => ({ thrown: error }));
  const faults = watch.faults;
  if ('thrown' in result) return { seed, shape: job.shape, wrong: `violated: ${textOf(result.thrown)}`, faults, drivers: 0, elapsedMs: 0 };
  const { drivers, elapsedMs } = result;
  const wrong = watch.violation() ?? judge(result, job.expected) ?? (await watch.after(result)) ?? (await watch.removed(result));
  return { seed, shape: job.shape, wrong, faults, drivers, elapsedMs };
}

/** Everything that is held on the way, as the simulation calls it. */
function watchAll(job: Swarm['job'], swarm: Omit<Swarm, 'job'>) {
  const { compute, workers, config, rates } = swarm;
  const faults: string[] = [];
  const driverSinceMs = new Map<string, number>();
  let nowMs = (): number => 0;
  let violation: unknown = null;
  const guarded = <A extends readonly unknown[]>(look: (...args: A) => void): ((...args: A) => void) => {
    return (...args) => {
      try {
        look(...args);
      } catch (error) {
        violation ??= error;
      }
    };
  };
  const outputs = (job.outputs ?? []).map(watchOutput);
  const damaged = (winner: string): boolean =>
    job.indeterminate === true || faults.some((name) => /^(corrupt|delete) /.test(name) && name.includes(winner));
  const commits = watchCommits(damaged);
  const journal = watchJournal();
  const storage = watchStorage();
  const disturbed = (driver: string): boolean => faults.some((name) => name.includes(`${driver} `));
  const lease = watchLease({ leaseMs: config.leaseMs as number, disturbed });
  const ran = new Map<string, number>();
  const attemptOptions: AttemptWatchOptions = {
    commits,
    journal,
    slots: compute === 'lambda' ? workers : Math.ceil(workers / 2) * 2,
    copies: config.speculation === true,
    outliveMs: compute === 'lambda' ? (config.taskTimeoutMs as number) : null,
    nowMs: () => nowMs(),
    driverSinceMs: (driver) => driverSinceMs.get(driver) ?? 0,
  };
  const attempts = watchAttempts(attemptOptions);
  return {
    faults,
    violation: () => (violation === null ? null : `violated: ${textOf(violation)}`),
    hooks: {
      onTrace(line: string) {
        const fault = /^[\d.]+ fault (.*)$/.exec(line)?.[1];
        if (fault !== undefined) faults.push(fault);
      },
      async prepare(world: SimResult<unknown>['world']) {
        nowMs = () => world.clock.monotonic();
        for (const [path, text] of Object.entries(job.inputs ?? {})) await world.files.put(path.slice(1), new TextEncoder().encode(text));
      },
      async onEffect(effect: Parameters<typeof storage.look>[0], world: SimResult<unknown>['world']) {
        const { process, name, key } = effect;
        if (!driverSinceMs.has(process)) driverSinceMs.set(process, nowMs());
        await storage.look(effect, world);
        if (/^items\.(put|transact|delete)$/.test(name)) {
          await lease.look(effect, world);
          await journal.look(effect, world);
          if (key.includes('#stage#')) await commits.look(key, world);
        } else if (name.startsWith('files.') || name.startsWith('staged.')) {
          for (const output of outputs) {
            if (process !== lease.holder()) output.late(effect);
            await output.look(world);
          }
        }
      },
      onAttempt(attempt: Parameters<typeof attempts>[0]) {
        const { stageId, partition } = attempt.spec;
        ran.set(`${stageId}/${partition}`, (ran.get(`${stageId}/${partition}`) ?? 0) + 1);
        let ended: ReturnType<typeof attempts>;
        guarded(() => {
          ended = attempts(attempt);
        })();
        return guarded((outcome: Parameters<NonNullable<typeof ended>>[0]) => ended?.(outcome));
      },
    },
    /** What is left when everything of the application is removed, as `levin gc` does. */
    async removed({ world, appId }: SimResult<unknown>): Promise<string | null> {
      const left = await storage.leftByRemoval(world, appId);
      return left.length === 0 ? null : `left by its removal: ${left.slice(0, 3).join(', ')}`;
    },
    /** What is wrong when the job has ended with the right answer. */
    async after(result: SimResult<unknown>): Promise<string | null> {
      for (const { driver, code } of result.ends) guarded(lease.ended)(driver, code ?? '');
      if (violation !== null) return `violated: ${textOf(violation)}`;
      const calm = Object.keys(rates).length === 0;
      const often = [...ran].find(([, times]) => times > 1);
      if (calm && often !== undefined && config.speculation !== true && job.reruns !== true)
        return `${often[0]} ran ${often[1]} times, and nothing went wrong`;
      const at = outputs.findIndex((output, i) => output.reached() !== (job.outputs?.[i]?.contents.length ?? 0) - 1);
      if (at >= 0) return `output ${at} stands at ${outputs[at]?.reached()}`;
      const events = await result.events();
      const sizesMb = compute === 'lambda' ? swarm.memorySizesMb : swarm.memorySizesMb.slice(0, 1);
      const told = judgeEvents(events) ?? wrongSizes(events, sizesMb);
      if (told !== null) return told;
      const last = result.ends.at(-1);
      // Who was replaced after it had said that it is done leaves the rest to `levin gc`.
      if (last?.code !== null || last.driver !== lease.holder()) return null;
      if (!lease.released()) return 'the last driver has not released its lease';
      const left = job.fails === true ? [] : await storage.left(result.world, result.appId);
      if (left.length > 0) return `left behind: ${left.slice(0, 3).join(', ')}`;
      for (const output of outputs) {
        const names = await output.left(result.world, !calm);
        if (names.length > 0) return `left in an output: ${names.join(', ')}`;
      }
      return (await job.after?.(result.world, result.appId, calm && config.speculation !== true)) ?? null;
    },
  };
}

function judge({ outcome }: SimResult<unknown>, expected: unknown): string | null {
  if (outcome.kind === 'error') return `failed: ${textOf(outcome.error)}`;
  const wrong = outcome.answers.find((answer) => !isDeepStrictEqual(answer, expected));
  if (wrong === undefined) return null;
  return `wrong answer: ${JSON.stringify(wrong).slice(0, 300)} instead of ${JSON.stringify(expected).slice(0, 300)}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${(error.stack ?? '').split('\n').slice(1, 3).join(' ')}` : String(error);
}
