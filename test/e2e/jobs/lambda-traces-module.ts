import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** By what earlier attempts in the same place are known. */
export interface Traces {
  readonly ofModule: readonly string[];
  readonly ofGlobals: string | null;
  readonly ofPrototypes: string | null;
  readonly ofEnvironment: string | null;
  readonly workingFiles: readonly string[];
  readonly temporaryFiles: readonly string[];
  /** Beside levin's own folders. */
  readonly otherFiles: readonly string[];
  readonly bundles: number;
}

const names: string[] = [];
const globals = globalThis as { trace?: string };
const prototype = Object.prototype as { trace?: string };
const root = (): string => dirname(tmpdir());

export function findTraces(): Traces {
  return {
    ofModule: [...names],
    ofGlobals: globals.trace ?? null,
    ofPrototypes: ({} as { trace?: string }).trace ?? null,
    ofEnvironment: process.env['TRACE'] ?? null,
    workingFiles: readdirSync('.'),
    temporaryFiles: readdirSync(tmpdir()),
    otherFiles: readdirSync(root()).filter((name) => name.endsWith('.trace')),
    bundles: readdirSync(join(root(), 'code')).length,
  };
}

export function leaveTraces(name: string): void {
  names.push(name);
  globals.trace = name;
  Object.defineProperty(prototype, 'trace', { value: name, configurable: true });
  process.env['TRACE'] = name;
  for (const folder of ['.', tmpdir(), root()]) writeFileSync(join(folder, `${name}.trace`), name);
}
