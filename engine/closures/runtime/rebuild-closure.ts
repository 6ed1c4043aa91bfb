import { decodeGraph } from './decode/decode-graph.ts';
import { rebuildFailed } from './decode/finish.ts';
import { unknownKey } from './decode/resolve-code.ts';
import type { AnyFunction } from './driver-registry.ts';
import { executorRegistry, type LazyImport } from './executor-registry.ts';
import { corrupt } from './wire/byte-reader.ts';
import { payloadKind, readHeader } from './wire/header.ts';
import { moduleOfKey, neededModules } from './wire/tables.ts';

/**
 * Loads what payloads of `shipClosure` and `encodeValue` need: their user modules, then the imports that main files keep for later.
 * Call it once per task template, before `rebuildClosure`.
 *
 * @param load Evaluates a user module, so that it registers its factories; called for modules that are not registered.
 * @throws LevinError `CORRUPT_DATA`, `PAYLOAD_MISMATCH`, `UNKNOWN_CODE`; what `load` throws
 */
export async function prepareClosures(payloads: readonly Uint8Array[], load: (moduleId: string) => Promise<void>): Promise<void> {
  const registry = executorRegistry();
  for (const payload of payloads) {
    const kind = payloadKind(payload);
    const { tables } = readHeader(payload, kind);
    for (const moduleId of neededModules(tables)) {
      if (!registry.modules.has(moduleId) && !registry.lazies.has(moduleId)) await load(moduleId);
    }
    for (const key of tables.sites) {
      const entry = registry.factories.get(key);
      if (entry === undefined) throw unknownKey(key);
      for (const source of entry.needs) await loadLazy(moduleOfKey(key), source);
    }
    for (const { moduleId, source } of tables.imports) await loadLazy(moduleId, source);
  }
}

/** Whether calls of the rebuilt function may change what it captured: each task then needs a function of its own. */
export function holdsObjects(payload: Uint8Array): boolean {
  return readHeader(payload, 'closure').holdsObjects;
}

/** Makes the function of a payload whose modules were loaded by `prepareClosures`. */
export function rebuildClosure(bytes: Uint8Array): AnyFunction {
  const fn = decodeGraph(bytes, { kind: 'closure', side: 'executor' });
  if (typeof fn !== 'function') throw corrupt('a closure payload holds no function');
  return fn;
}

async function loadLazy(moduleId: string, source: string): Promise<void> {
  const registry = executorRegistry();
  const lazy = registry.lazies.get(moduleId)?.get(source);
  if (lazy === undefined || lazy.namespace !== null) return;
  lazy.pending ??= run(lazy, source);
  await lazy.pending;
  registry.version += 1;
}

async function run(lazy: LazyImport, source: string): Promise<void> {
  try {
    const namespace = await lazy.load();
    lazy.set(namespace as never);
    lazy.namespace = namespace as Readonly<Record<string, unknown>>;
  } catch (error) {
    lazy.pending = null;
    throw rebuildFailed(`a function that imports "${source}"`, error);
  }
}
