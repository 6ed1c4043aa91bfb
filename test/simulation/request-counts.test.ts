import { expect, test } from 'vitest';
import { summarize } from '../../driver/events/summarize.ts';
import type { RequestUsage } from '../../engine/types/request-usage.ts';
import type { FaultRates } from '../../simulator/fault-plan.ts';
import { type SimResult, simulate } from '../../simulator/simulate.ts';
import { drawSwarm } from './swarm/draw-swarm.ts';

type Counts = Pick<RequestUsage, 'puts' | 'gets' | 'heads' | 'lists' | 'deletes' | 'itemReads' | 'itemWrites'>;

/** As what each call of a service counts. */
const COUNTED: Readonly<Record<keyof Counts, RegExp>> = {
  puts: /^(objects|files)\.put$|^staged\.(mark|stage|publish)$/,
  gets: /^(objects|files)\.get(Range)?$/,
  heads: /^(objects|files)\.head$/,
  lists: /^(objects|files)\.list$|^staged\.list$/,
  deletes: /^(objects|files)\.deleteMany$|^staged\.discard$/,
  itemReads: /^items\.(get|query)$/,
  itemWrites: /^items\.(put|delete|transact)$/,
};
const KINDS = Object.keys(COUNTED) as readonly (keyof Counts)[];

/** What the services met of processes whose name matches. */
function met({ world }: SimResult<unknown>, processes: RegExp): Counts {
  const calls = [...world.requests].filter(([process]) => processes.test(process)).flatMap(([, counts]) => [...counts]);
  const of = (kind: RegExp): number => calls.reduce((all, [name, count]) => all + (kind.test(name) ? count : 0), 0);
  return Object.fromEntries(KINDS.map((kind) => [kind, of(COUNTED[kind])])) as unknown as Counts;
}

function counted(usage: RequestUsage): Counts {
  return Object.fromEntries(KINDS.map((kind) => [kind, usage[kind]])) as unknown as Counts;
}

/** Everything that can happen while every process lives to tell what it asked for. */
const RATES: FaultRates = { unavailable: 0.1, lostResponse: 0.05, slow: 0.08, flippedRead: 0.2, corrupt: 0.1, delete: 0.1, throttle: 0.2 };

test('what attempts and drivers tell of their requests is what the services met, whatever is refused, lost, late or asked twice', async () => {
  let [attempts, extra, exact] = [0, 0, 0];
  for (let seed = 0; seed < 60; seed++) {
    const { job, workers, compute } = drawSwarm(String(seed));
    const result = await simulate(job.run, {
      seed: String(seed),
      rates: RATES,
      workers,
      compute,
      config: { defaultParallelism: 3 },
      async prepare({ files }) {
        for (const [path, text] of Object.entries(job.inputs ?? {})) await files.put(path.slice(1), new TextEncoder().encode(text));
      },
    });
    expect(result.outcome.kind).toBe('answer');
    // Requests that were given up are still on their way.
    await result.world.clock.advance(60_000);
    const events = await result.events();
    const { requests } = summarize(events);
    if (requests === null) throw new Error('nobody counted');
    const [told, known] = [counted(requests.tasks), met(result, /^(env|executor)-/)];
    // What was called off is stopped without a word; what was refused has not begun.
    if (events.some((event) => event.kind === 'taskEnded' && event.requests === null && event.failure?.kind !== 'throttled')) {
      for (const kind of KINDS) expect(told[kind], `${kind} of seed ${seed}`).toBeLessThanOrEqual(known[kind]);
    } else {
      exact++;
      expect({ seed, ...told }).toEqual({ seed, ...known });
    }
    const drivers = met(result, /^driver-/);
    const rest = KINDS.map((kind) => [kind, drivers[kind] - requests.drivers[kind]] as const);
    // After its last event a driver writes the end of the log and gives its lease back, each until it is done.
    for (const [kind, left] of rest) expect(left, kind).toBeGreaterThanOrEqual(kind === 'puts' || kind === 'itemWrites' ? 1 : 0);
    for (const [kind, left] of rest) expect(left, `${kind} of seed ${seed}`).toBeLessThanOrEqual(6);
    attempts += requests.tasks.itemWrites;
    extra += result.faults.filter((name) => /^(unavailable|lostResponse|slow) /.test(name)).length;
  }
  expect(exact).toBeGreaterThan(45);
  expect(attempts).toBeGreaterThan(300);
  expect(extra).toBeGreaterThan(300);
});
