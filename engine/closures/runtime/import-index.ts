import type { ImportEntry } from '../site-meta.ts';
import { driverRegistry } from './driver-registry.ts';
import { executorRegistry } from './executor-registry.ts';
import type { ImportUse } from './wire/tables.ts';

interface Index {
  readonly driverVersion: number;
  readonly executorVersion: number;
  readonly uses: Map<unknown, ImportUse>;
}

let index: Index | null = null;

/**
 * By which import of which user module a value is known here: `map(capitalize)` hands over a function that npm code made,
 * and the executor finds it again through the same import. Built when the first such value is met.
 */
export function findImport(value: unknown): ImportUse | undefined {
  const driver = driverRegistry();
  const executor = executorRegistry();
  if (index === null || index.driverVersion !== driver.version || index.executorVersion !== executor.version) {
    index = { driverVersion: driver.version, executorVersion: executor.version, uses: new Map() };
    for (const module of driver.modules.values()) addAll(index.uses, module.moduleId, module.imports);
    for (const [moduleId, module] of executor.modules) addAll(index.uses, moduleId, module.imports);
    for (const [moduleId, lazies] of executor.lazies) {
      for (const [source, { namespace }] of lazies) if (namespace !== null) addNamespace(index.uses, moduleId, source, namespace);
    }
  }
  return index.uses.get(value);
}

/** The value that an import of a loaded user module is bound to, or undefined. */
export function resolveImportUse(use: ImportUse, side: 'driver' | 'executor'): unknown {
  const { moduleId, source, imported, member } = use;
  let value: unknown;
  const entries = side === 'driver' ? driverRegistry().modules.get(moduleId)?.imports : executorRegistry().modules.get(moduleId)?.imports;
  const entry = entries === undefined ? undefined : readEntries(entries).find((e) => e[0] === source && e[1] === imported);
  if (entry !== undefined) value = entry[2];
  else if (side === 'executor') {
    const namespace = executorRegistry().lazies.get(moduleId)?.get(source)?.namespace;
    value = imported === '*' ? namespace : namespace?.[imported];
  }
  if (member === '') return value;
  return isHolder(value) ? Reflect.get(value, member) : undefined;
}

/** In a circular import some bindings are not initialised yet; they are found once the modules ran. */
function readEntries(imports: () => readonly ImportEntry[]): readonly ImportEntry[] {
  try {
    return imports();
  } catch (error) {
    if (error instanceof ReferenceError) return [];
    throw error;
  }
}

function addAll(uses: Map<unknown, ImportUse>, moduleId: string, imports: () => readonly ImportEntry[]): void {
  for (const [source, imported, value] of readEntries(imports)) {
    add(uses, value, { moduleId, source, imported, member: '' });
    if (imported === '*' || imported === 'default') addMembers(uses, value, { moduleId, source, imported, member: '' });
  }
}

function addNamespace(uses: Map<unknown, ImportUse>, moduleId: string, source: string, namespace: Readonly<Record<string, unknown>>): void {
  add(uses, namespace, { moduleId, source, imported: '*', member: '' });
  for (const imported of Object.keys(namespace)) {
    add(uses, namespace[imported], { moduleId, source, imported, member: '' });
    if (imported === 'default') addMembers(uses, namespace[imported], { moduleId, source, imported, member: '' });
  }
}

/** One level deep: `map(_.toUpper)`. */
function addMembers(uses: Map<unknown, ImportUse>, holder: unknown, use: ImportUse): void {
  if (!isHolder(holder)) return;
  for (const member of Object.keys(holder)) {
    const value: unknown = Object.getOwnPropertyDescriptor(holder, member)?.value;
    if (typeof value === 'function') add(uses, value, { ...use, member });
  }
}

function add(uses: Map<unknown, ImportUse>, value: unknown, use: ImportUse): void {
  if (isHolder(value) && !uses.has(value)) uses.set(value, use);
}

function isHolder(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
