import type { ObjectStore } from '../../../engine/ports/object-store.ts';
import type { FaultRates } from '../../../simulator/fault-plan.ts';
import { connectRemote } from '../../../simulator/remote-stores.ts';
import { createWorld } from '../../../simulator/sim-world.ts';

export interface TailCase {
  readonly name: string;
  readonly call: 'read' | 'write';
  /** Part of the answers that take a hundred times as long, at most ten seconds. */
  readonly slow: number;
  /** With what stands around the adapters, or as they are. */
  readonly wrapped: boolean;
}

export interface TailFigures extends TailCase {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  readonly calls: number;
  /** Requests that the service met. */
  readonly requests: number;
}

const CALLS = 10_000;
const AT_ONCE = 16;
const OBJECTS = 64;
const BLOCK = new Uint8Array(64 * 1024);
const ITEM = new Uint8Array(1024);

/** One process that reads ranges of 64 KB, or writes objects of 1 KB, 16 at once; how long each took. */
export async function measureTail(tail: TailCase): Promise<TailFigures> {
  const rates: FaultRates = { slow: tail.slow };
  const world = createWorld({ seed: 'tails', rates, unlimited: new Set(['slow']) });
  for (let i = 0; i < OBJECTS; i++) await world.objects.put(`apps/a/shuffle/s/${i}`, BLOCK);
  const remote = connectRemote({ world, process: world.process('reader'), name: 'reader', crashLimits: () => [] });
  const { objects } = tail.wrapped ? remote.open().stores : remote.adapters;
  const tookMs: number[] = [];
  let begun = 0;
  const work = async (): Promise<void> => {
    while (begun < CALLS) {
      const nth = begun++;
      const fromMs = world.clock.monotonic();
      await callOf(objects, tail.call, nth);
      tookMs.push(world.clock.monotonic() - fromMs);
    }
  };
  await world.until(Promise.all(Array.from({ length: AT_ONCE }, work)), () => new Error('stuck'));
  await world.clock.advance(20_000);
  tookMs.sort((a, b) => a - b);
  const at = (quantile: number): number => tookMs[Math.min(CALLS - 1, Math.floor(quantile * CALLS))] as number;
  const requests = [...(world.requests.get('reader') ?? [])].reduce((all, [, count]) => all + count, 0);
  return { ...tail, p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1), calls: CALLS, requests };
}

async function callOf(objects: ObjectStore, call: TailCase['call'], nth: number): Promise<void> {
  if (call === 'read') await objects.getRange(`apps/a/shuffle/s/${nth % OBJECTS}`, 0, BLOCK.length);
  else await objects.put(`apps/a/shuffle/t/${nth}`, ITEM);
}

/** The cases of docs/requests.md, each as it comes and wrapped. */
export const TAIL_CASES: readonly Pick<TailCase, 'name' | 'call' | 'slow'>[] = [
  { name: 'reads, as measured', call: 'read', slow: 0 },
  { name: 'reads, 0.5 % a hundred times as slow', call: 'read', slow: 0.005 },
  { name: 'writes, as measured', call: 'write', slow: 0 },
  { name: 'writes, 0.5 % a hundred times as slow', call: 'write', slow: 0.005 },
];

/** Two lines of the table. */
export function tailLines(plain: TailFigures, wrapped: TailFigures): readonly string[] {
  const line = (what: string, of: TailFigures): string => {
    const extra = (100 * (of.requests - of.calls)) / of.calls;
    const cells = [
      of.name,
      what,
      ...[of.p50, of.p99, of.p999, of.max].map((ms) => Math.round(ms).toLocaleString('en-US')),
      `${extra.toFixed(2)} %`,
    ];
    return `| ${cells.join(' | ')} |`;
  };
  return [line('as they come', plain), line('wrapped', wrapped)];
}
