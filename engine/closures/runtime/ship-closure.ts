import { fileURLToPath } from 'node:url';
import type { CallSite } from '../../types/call-site.ts';
import type { ClosureTraits, ShippedClosure } from '../shipped-closure.ts';
import type { SliceNotes } from '../site-meta.ts';
import { capturingAccumulators } from './captured-accumulators.ts';
import { notShippable } from './closure-errors.ts';
import { siteIdentity } from './code-identity.ts';
import { describeSite } from './describe-site.ts';
import { type AnyFunction, driverRegistry } from './driver-registry.ts';
import { encodeGraph } from './encode/encode-graph.ts';
import type { EncodedGraph } from './encode/encoder.ts';
import { siteOf } from './encode/functions.ts';
import { NotEncodable } from './encode/not-encodable.ts';
import { fingerprintOf } from './fingerprint.ts';
import { joinPayload } from './wire/header.ts';
import { neededModules } from './wire/tables.ts';

export interface ClosureWarning {
  readonly code: 'LARGE_CLOSURE' | 'MUTABLE_BINDING';
  readonly message: string;
}

export interface ShipOptions {
  /** `rdd.map`, for messages. */
  readonly operation: string;
  /** Where the user called the operation, from `callSiteOf`. */
  readonly callSite: CallSite | null;
  /** Names of `process.env` that closures may read on executors; `*` allows all. */
  readonly allowedEnv?: readonly string[];
  readonly onWarning?: (warning: ClosureWarning) => void;
}

/** Captured data above this size is worth a warning: it is part of the template of each stage, and each task decodes it. */
const LARGE_BYTES = 1_000_000;

/**
 * Takes a user's function as it is now: code by name, captured values as a snapshot. Called once, when `.map(f)` is called.
 *
 * @throws LevinError `CLOSURE_NOT_SHIPPABLE` with the reason, the path to the value and the place in the source
 */
export function shipClosure(fn: AnyFunction, options: ShipOptions): ShippedClosure {
  const { operation, callSite } = options;
  try {
    checkFunction(fn);
    const { encoded: graph, accumulators } = capturingAccumulators(() => encodeGraph(fn, { purpose: 'closure' }));
    const reached = reachedCode(graph);
    checkEnvironment(reached, options);
    const bytes = joinPayload('closure', { tables: graph.code.tables, body: graph.body, holdsObjects: graph.holdsObjects });
    warn(bytes.length, reached, options);
    const broadcasts = [...graph.code.broadcasts.values()];
    return {
      bytes,
      fingerprint: fingerprintOf(graph),
      modules: [...new Set([...neededModules(graph.code.tables), ...broadcasts.flatMap(({ modules }) => modules)])],
      operation,
      callSite,
      traits: traitsOf(fn, reached),
      ...(broadcasts.length === 0 ? {} : { broadcasts }),
      ...(accumulators.length === 0 ? {} : { accumulators }),
    };
  } catch (error) {
    if (error instanceof NotEncodable) throw notShippable(operation, explain(error, callSite));
    throw error;
  }
}

/** A file that went past the loader has no sites: its functions all fail, and the remedy is one for all of them. */
function explain(problem: NotEncodable, callSite: CallSite | null): NotEncodable {
  if (problem.reason !== 'FOREIGN' || problem.path.length > 0 || callSite === null || /[\\/]node_modules[\\/]/.test(callSite.file))
    return problem;
  const isLoaded = [...driverRegistry().modules.values()].some(({ fileUrl }) => pathOf(fileUrl) === callSite.file);
  if (isLoaded) return problem;
  const file = callSite.file.split(/[\\/]/).at(-1) ?? callSite.file;
  return new NotEncodable(
    'NOT_LOADED',
    `${file} was not loaded through levin; start it with \`levin run ${file}\` or \`node --import levin/register ${file}\``,
  );
}

function pathOf(fileUrl: string): string {
  return fileUrl.startsWith('file:') ? fileURLToPath(fileUrl) : fileUrl;
}

/** The type says so, but JavaScript and casts do not listen. */
function checkFunction(fn: unknown): void {
  if (typeof fn !== 'function') throw new NotEncodable('NO_FUNCTION', `it is ${describe(fn)}, not a function. Pass a function`);
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined || value === null ? String(value) : `the ${typeof value} ${JSON.stringify(value) ?? ''}`.trim();
}

/** A piece of code that may run: a function that was written, or a binding that it reaches by name. */
interface Reached {
  /** For messages. */
  readonly place: string;
  readonly moduleId: string;
  readonly notes: SliceNotes;
}

function reachedCode({ code }: EncodedGraph): readonly Reached[] {
  const all = new Map<string, Reached>();
  for (const site of code.handles) {
    const place = describeSite(site);
    all.set(place, { place, moduleId: site.module.moduleId, notes: site.meta });
    for (const { moduleId, name, notes } of siteIdentity(site).reached) {
      const what = name === '*' ? moduleId : `\`${name}\` of ${moduleId}`;
      all.set(what, { place: `${what}, which ${place} uses,`, moduleId, notes });
    }
  }
  return [...all.values()];
}

function checkEnvironment(reached: readonly Reached[], { allowedEnv = [] }: ShipOptions): void {
  if (allowedEnv.includes('*')) return;
  for (const { place, notes } of reached) {
    const name = notes.env.find((env) => !allowedEnv.includes(env));
    if (name === undefined) continue;
    const what = name === '*' ? 'process.env by a computed name' : `process.env.${name}`;
    throw new NotEncodable(
      'ENVIRONMENT',
      `${place} reads ${what}, and executors do not have the driver's environment. Read it into a variable before the call, or allow it with \`allowedEnv: ['${name}']\` where it is set on the executors too`,
    );
  }
}

function warn(byteCount: number, reached: readonly Reached[], { operation, callSite, onWarning }: ShipOptions): void {
  if (onWarning === undefined) return;
  const place = callSite === null ? '' : ` at ${callSite.file}:${callSite.line}`;
  if (byteCount > LARGE_BYTES) {
    const size = (byteCount / 1e6).toFixed(1);
    onWarning({
      code: 'LARGE_CLOSURE',
      message: `The function passed to ${operation}()${place} captures ${size} MB of data, which each stage that uses it takes along, and each task decodes. Broadcast the data: \`const data = lv.broadcast(value)\` before the call, \`data.value\` in the function.`,
    });
  }
  const variables = new Set(reached.flatMap(({ moduleId, notes }) => notes.mutable.map((name) => `\`${name}\` of ${moduleId}`)));
  for (const variable of variables) {
    onWarning({
      code: 'MUTABLE_BINDING',
      message: `The function passed to ${operation}()${place} uses the variable ${variable}, which is reassigned at run time: executors see its initial value. Capture the value in a constant and use that.`,
    });
  }
}

function traitsOf(fn: AnyFunction, reached: readonly Reached[]): ClosureTraits {
  const uses = [...new Set(reached.flatMap(({ notes }) => notes.uses))].sort();
  return { indeterminate: uses.length > 0, async: siteOf(fn)?.meta.async ?? isAsync(fn), uses };
}

function isAsync(fn: AnyFunction): boolean {
  return /^Async(?:Generator)?Function$/.test(String(Reflect.get(fn, Symbol.toStringTag)));
}
