import { hash } from 'node:crypto';
import type { DriverHost } from '../driver/application/driver-host.ts';

/** User functions of jobs that run in one process with their tasks. */
export interface FunctionTable {
  /** Notes a function by its text. It must capture nothing: two of the same text are taken for one. */
  readonly ship: DriverHost['ship'];
  functionOf(bytes: Uint8Array): (...args: readonly unknown[]) => unknown;
}

export function createFunctionTable(): FunctionTable {
  const functions = new Map<string, (...args: readonly unknown[]) => unknown>();
  return {
    ship(fn, { operation, callSite }) {
      const fingerprint = hash('sha256', String(fn), 'hex').slice(0, 16);
      functions.set(fingerprint, fn as (...args: readonly unknown[]) => unknown);
      const traits = { indeterminate: false, async: false, uses: [] };
      return { bytes: new TextEncoder().encode(fingerprint), fingerprint, modules: [], operation, callSite, traits };
    },
    functionOf(bytes) {
      const name = new TextDecoder().decode(bytes);
      const found = functions.get(name);
      if (found === undefined) throw new Error(`no function ${name} was shipped`);
      return found;
    },
  };
}
