import process from 'node:process';

/** Globals whose functions and objects may be captured: executors have the same ones. */
const GLOBALS: readonly string[] = `
  Object Function Array Number String Boolean Symbol BigInt Math JSON Reflect Proxy Promise Map Set WeakMap WeakSet
  WeakRef FinalizationRegistry Date RegExp Iterator Atomics Intl WebAssembly Error TypeError RangeError SyntaxError
  ReferenceError EvalError URIError AggregateError DOMException ArrayBuffer SharedArrayBuffer DataView Int8Array
  Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array Float32Array Float64Array
  BigInt64Array BigUint64Array Buffer parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI
  decodeURIComponent escape unescape structuredClone queueMicrotask setTimeout setInterval setImmediate clearTimeout
  clearInterval clearImmediate atob btoa fetch console performance crypto process globalThis URL URLSearchParams
  TextEncoder TextDecoder AbortController AbortSignal Event EventTarget Blob File FormData Headers Request Response
  ReadableStream WritableStream TransformStream CompressionStream DecompressionStream
`
  .trim()
  .split(/\s+/);

/** Symbols that are properties of Symbol, by name. */
export const WELL_KNOWN_SYMBOLS: ReadonlyMap<symbol, string> = new Map(
  Object.getOwnPropertyNames(Symbol).flatMap((name): [symbol, string][] => {
    const value: unknown = Object.getOwnPropertyDescriptor(Symbol, name)?.value;
    return typeof value === 'symbol' ? [[value, name]] : [];
  }),
);

let paths: Map<unknown, string> | null = null;
/** Globals that Node defines on first use; touching them would load megabytes that most jobs never need. */
const untouched = new Set<string>();

/** Path of a built-in function or object (`Math.sqrt`, `Array.prototype.map`); undefined when it is none. */
export function builtinPath(value: unknown): string | undefined {
  paths ??= collect();
  const path = paths.get(value);
  if (path !== undefined) return path;
  for (const name of untouched) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor !== undefined && 'value' in descriptor) addRoot(paths, name, descriptor.value);
  }
  return paths.get(value);
}

/** The built-in at a path that `builtinPath` gave; undefined when there is none. */
export function builtinAt(path: string): unknown {
  const [root = '', ...members] = path.split('.');
  if (!GLOBALS.includes(root)) return undefined;
  let value: unknown = Reflect.get(globalThis, root);
  for (const name of members) value = isHolder(value) ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
  return value;
}

function collect(): Map<unknown, string> {
  const found = new Map<unknown, string>();
  const roots: [string, unknown][] = [];
  for (const name of GLOBALS) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    if (descriptor === undefined) continue;
    if ('value' in descriptor) roots.push([name, descriptor.value]);
    else if (name === 'process' || name === 'Buffer') roots.push([name, Reflect.get(globalThis, name)]);
    else untouched.add(name);
  }
  for (const [name, value] of roots) if (!found.has(value)) found.set(value, name);
  for (const [name, value] of roots) addRoot(found, name, value);
  return found;
}

function addRoot(found: Map<unknown, string>, name: string, value: unknown): void {
  untouched.delete(name);
  if (!found.has(value)) found.set(value, name);
  if (value === globalThis || value === process) return;
  for (const [key, member] of dataMembers(value)) {
    if (!found.has(member)) found.set(member, `${name}.${key}`);
    if (key !== 'prototype' && name !== 'Intl') continue;
    for (const [inner, method] of dataMembers(member)) if (!found.has(method)) found.set(method, `${name}.${key}.${inner}`);
  }
}

function dataMembers(holder: unknown): [string, unknown][] {
  if (!isHolder(holder)) return [];
  return Object.getOwnPropertyNames(holder).flatMap((key): [string, unknown][] => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    return descriptor !== undefined && isHolder(descriptor.value) && !key.includes('.') ? [[key, descriptor.value]] : [];
  });
}

function isHolder(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
