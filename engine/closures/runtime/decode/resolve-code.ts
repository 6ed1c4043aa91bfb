import { LevinError } from '../../../errors/levin-error.ts';
import { builtinAt } from '../builtins.ts';
import { driverRegistry } from '../driver-registry.ts';
import { executorRegistry, type FactoryEntry } from '../executor-registry.ts';
import { resolveImportUse } from '../import-index.ts';
import { registrations } from '../registrations.ts';
import { corrupt } from '../wire/byte-reader.ts';
import { moduleOfKey } from '../wire/tables.ts';
import { TAG } from '../wire/tags.ts';
import { type Decoder, unusedCode } from './decoder.ts';

/** The value that a table entry names in this realm. */
export function resolveTabled(d: Decoder, tag: number, number: number): unknown {
  const value = lookUp(d, tag, number);
  if (value === undefined && d.knownClassDepth > 0 && d.kind === 'value') return unusedCode;
  if (value === undefined) throw missing(d, tag, number);
  return value;
}

function lookUp(d: Decoder, tag: number, number: number): unknown {
  if (tag === TAG.BUILTIN || tag === TAG.REGISTERED) {
    const name = d.tables.names[number];
    if (name === undefined) throw corrupt(`name ${number} of ${d.tables.names.length}`);
    return tag === TAG.BUILTIN ? builtinAt(name) : registrations().classOf.get(name);
  }
  if (tag === TAG.IMPORT) {
    const use = d.tables.imports[number];
    if (use === undefined) throw corrupt(`import ${number} of ${d.tables.imports.length}`);
    return resolveImportUse(use, d.side) ?? resolveImportUse(use, d.side === 'driver' ? 'executor' : 'driver');
  }
  const entry = d.tables.references[number];
  if (entry === undefined) throw corrupt(`reference ${number} of ${d.tables.references.length}`);
  const fromDriver = (): unknown => driverRegistry().modules.get(entry.moduleId)?.refClasses.get(entry.name);
  const refs = executorRegistry().modules.get(entry.moduleId)?.refs;
  const fromExecutor = (): unknown => (refs !== undefined && Object.hasOwn(refs, entry.name) ? refs[entry.name]?.() : undefined);
  return d.side === 'driver' ? (fromDriver() ?? fromExecutor()) : (fromExecutor() ?? fromDriver());
}

function missing(d: Decoder, tag: number, number: number): LevinError {
  const { names, references, imports } = d.tables;
  if (tag === TAG.BUILTIN) {
    return codeError(
      'UNKNOWN_CODE',
      `the built-in ${names[number]} does not exist here: driver and executor run different versions of Node`,
    );
  }
  if (tag === TAG.REGISTERED) {
    return codeError(
      'UNKNOWN_CODE',
      `class "${names[number]}" is not registered here. Call registerClass("${names[number]}", …) at the top level of an imported module that the function uses, not in the main file`,
    );
  }
  const entry = tag === TAG.IMPORT ? imports[number] : references[number];
  const moduleId = entry?.moduleId ?? '';
  if (!executorRegistry().modules.has(moduleId) || tag === TAG.IMPORT) return modulesNotLoaded(d, moduleId);
  return codeError('UNKNOWN_CODE', `${moduleId} has no top-level binding \`${references[number]?.name}\`: ${STALE}`);
}

/** The factory of a site with all that its code needs loaded. */
export function factoryOf(d: Decoder, key: string): FactoryEntry {
  const registry = executorRegistry();
  const entry = registry.factories.get(key);
  const moduleId = moduleOfKey(key);
  if (entry === undefined) {
    const isLoaded = registry.modules.has(moduleId) || registry.lazies.has(moduleId);
    if (!isLoaded && d.kind === 'value') throw modulesNotLoaded(d, moduleId);
    throw unknownKey(key);
  }
  const lazies = registry.lazies.get(moduleId);
  if (entry.needs.some((source) => lazies?.get(source)?.namespace === null)) throw modulesNotLoaded(d, moduleId);
  return entry;
}

const STALE = 'driver and executor code differ (stale bundle?)';

export function unknownKey(key: string): LevinError {
  return codeError('UNKNOWN_CODE', `closure ${key} is not in this executor bundle: ${STALE}`);
}

function codeError(code: string, message: string): LevinError {
  return new LevinError({ code, fault: 'user', message: `${message[0]?.toUpperCase()}${message.slice(1)}.` });
}

/** Loading is asynchronous and decoding is not: whoever decodes loads with `prepareClosures` and decodes again. */
function modulesNotLoaded(d: Decoder, moduleId: string): LevinError {
  return new LevinError({
    code: 'MODULES_NOT_LOADED',
    fault: 'internal',
    message: `Data needs code of ${moduleId}, which is not loaded here. Load it with prepareClosures before decoding (${d.side}).`,
    details: { moduleId },
  });
}
