import { hash } from 'node:crypto';
import type { DriverHost } from '../driver/application/driver-host.ts';
import type { Accumulator } from '../engine/closures/runtime/accumulator.ts';
import { capturingAccumulators } from '../engine/closures/runtime/captured-accumulators.ts';
import { SERIALIZE } from '../engine/closures/runtime/symbols.ts';
import type { ShippedClosure } from '../engine/closures/shipped-closure.ts';
import type { UserFunction } from '../engine/runtime/run-task.ts';

/** User functions of jobs that run in one process with their tasks. */
export interface FunctionTable {
  /** Notes a function by its text. It must capture nothing: two of the same text are taken for one. */
  readonly ship: DriverHost['ship'];
  /** The functions of a stage; the same array for all its tasks, since compiled loops are kept by it. */
  functionsOf(payloads: readonly Uint8Array[]): readonly UserFunction[];
}

const accumulatorsOf = new WeakMap<object, readonly Accumulator<never, unknown>[]>();

/** Says which accumulators a function adds to that is not encoded: what it captures cannot be seen. */
export function adding<F extends object>(accumulators: readonly Accumulator<never, unknown>[], fn: F): F {
  accumulatorsOf.set(fn, accumulators);
  return fn;
}

/** As it stands in a shipped closure. */
export function accumulatorsIn(fn: unknown): Pick<ShippedClosure, 'accumulators'> {
  const used = accumulatorsOf.get(fn as object) ?? [];
  const { accumulators } = capturingAccumulators(() => {
    for (const accumulator of used) Reflect.apply(Reflect.get(accumulator, SERIALIZE) as () => unknown, accumulator, []);
  });
  return accumulators.length === 0 ? {} : { accumulators };
}

export function createFunctionTable(): FunctionTable {
  const functions = new Map<string, UserFunction>();
  const stages = new Map<string, readonly UserFunction[]>();
  const functionOf = (name: string): UserFunction => {
    const found = functions.get(name);
    if (found === undefined) throw new Error(`no function ${name} was shipped`);
    return found;
  };
  return {
    ship(fn, { operation, callSite }) {
      const fingerprint = hash('sha256', String(fn), 'hex').slice(0, 16);
      functions.set(fingerprint, fn as UserFunction);
      const traits = { indeterminate: false, async: false, uses: [] };
      return { bytes: new TextEncoder().encode(fingerprint), fingerprint, modules: [], operation, callSite, traits, ...accumulatorsIn(fn) };
    },
    functionsOf(payloads) {
      const names = payloads.map((bytes) => new TextDecoder().decode(bytes));
      const key = names.join();
      const known = stages.get(key) ?? names.map(functionOf);
      stages.set(key, known);
      return known;
    },
  };
}
