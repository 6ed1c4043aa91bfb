import { hash } from 'node:crypto';
import type { DriverHost } from '../driver/application/driver-host.ts';
import type { UserFunction } from '../engine/runtime/run-task.ts';

/** User functions of jobs that run in one process with their tasks. */
export interface FunctionTable {
  /** Notes a function by its text. It must capture nothing: two of the same text are taken for one. */
  readonly ship: DriverHost['ship'];
  /** The functions of a stage; the same array for all its tasks, since compiled loops are kept by it. */
  functionsOf(payloads: readonly Uint8Array[]): readonly UserFunction[];
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
      return { bytes: new TextEncoder().encode(fingerprint), fingerprint, modules: [], operation, callSite, traits };
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
