import { hash } from 'node:crypto';
import { isBuiltin } from 'node:module';
import process from 'node:process';
import type { SliceDep, SliceNotes } from '../site-meta.ts';
import { type DriverModule, driverRegistry, type SiteHandle } from './driver-registry.ts';

/** What the code of a function is, without where it stands. */
export interface CodeIdentity {
  /** Hex. Changes with the function's own code and with every statement, module and package version that it reaches. */
  readonly hash: string;
  /** Bindings of user modules that it reaches and that do more than compute. */
  readonly reached: readonly ReachedBinding[];
}

interface ReachedBinding {
  readonly moduleId: string;
  /** `*` is the whole module. */
  readonly name: string;
  readonly notes: SliceNotes;
}

const NODE = `node@${Number.parseInt(process.versions.node, 10)}`;
const known = new WeakMap<SiteHandle, { readonly version: number; readonly identity: CodeIdentity }>();

/** Identity of a function that travels by value: its own AST and all it reaches by code. */
export function siteIdentity(site: SiteHandle): CodeIdentity {
  const { version } = driverRegistry();
  const cached = known.get(site);
  if (cached?.version === version) return cached.identity;
  const { meta, module } = site;
  const identity =
    meta.ref === null
      ? trace(
          [`site ${meta.hash}`],
          meta.deps.map((dep): Edge => ({ module, dep })),
        )
      : trace([], [{ module, dep: { kind: 'own', name: meta.ref } }]);
  known.set(site, { version, identity });
  return identity;
}

/** Identity of a value that a user module imports. */
export function importIdentity(moduleId: string, source: string, imported: string): string {
  const module = driverRegistry().modules.get(moduleId);
  if (module === undefined) return `${source} ${imported}`;
  return trace([], [{ module, dep: { kind: 'import', source, name: imported } }]).hash;
}

interface Edge {
  readonly module: DriverModule;
  readonly dep: SliceDep;
}

/**
 * Walks slices depth first and writes down every edge with what it leads to; a slice met again is written by its number.
 * Names and sources are part of it, so that two imports cannot swap unnoticed.
 */
function trace(first: readonly string[], edges: readonly Edge[]): CodeIdentity {
  const lines = [...first];
  const visited = new Map<string, number>();
  const reached: ReachedBinding[] = [];
  const open = [...edges].reverse();
  for (let edge = open.pop(); edge !== undefined; edge = open.pop()) {
    const target = resolve(edge);
    const text = edgeText(edge.dep);
    if (target.kind === 'terminal') {
      lines.push(`${text} → ${target.name}`);
      continue;
    }
    const { module, name } = target;
    const seen = visited.get(`${module.moduleId}\n${name}`);
    const slice = module.slices[name] ?? module.slices['*'];
    lines.push(seen === undefined ? `${text} → ${slice?.[0] ?? `unknown ${name}`}` : `${text} → #${seen}`);
    if (seen !== undefined) continue;
    visited.set(`${module.moduleId}\n${name}`, visited.size);
    if (slice?.[2] !== undefined) reached.push({ moduleId: module.moduleId, name, notes: slice[2] });
    for (const dep of (slice?.[1] ?? []).toReversed()) open.push({ module, dep });
  }
  return { hash: hash('sha256', lines.join('\n'), 'hex'), reached };
}

type Target =
  | { readonly kind: 'slice'; readonly module: DriverModule; readonly name: string }
  | { readonly kind: 'terminal'; readonly name: string };

function resolve({ module, dep }: Edge): Target {
  if (dep.kind === 'own') return { kind: 'slice', module, name: dep.name };
  if (isBuiltin(dep.source)) return { kind: 'terminal', name: NODE };
  const target = resolveSource(dep.source, module);
  if (typeof target === 'string') return { kind: 'terminal', name: target };
  const name = dep.kind === 'sideEffect' || target.slices[dep.name] === undefined ? '*' : dep.name;
  return { kind: 'slice', module: target, name };
}

function edgeText(dep: SliceDep): string {
  if (dep.kind === 'own') return `own ${dep.name}`;
  return dep.kind === 'import' ? `import ${dep.source} ${dep.name} as ${dep.local ?? dep.name}` : `import ${dep.source}`;
}

/** A loaded user module, or the name of what is not one. */
function resolveSource(source: string, from: DriverModule): DriverModule | string {
  const { modules, resolveImport } = driverRegistry();
  if (resolveImport !== null) {
    const name = resolveImport(source, from.moduleId);
    return name.startsWith('module:') ? (modules.get(name.slice('module:'.length)) ?? name) : name;
  }
  if (!/^(?:\.|\/|file:)/.test(source)) return source;
  const exact = new URL(source, from.fileUrl).href;
  const candidates = new Set([exact, exact.replace(/\.([cm]?)js$/, '.$1ts'), ...EXTENSIONS.map((extension) => exact + extension)]);
  for (const module of modules.values()) if (candidates.has(module.fileUrl)) return module;
  return source;
}

/** How a specifier without extension may end; asked only where no loader resolves. */
const EXTENSIONS = ['.ts', '.tsx', '.mts', '.js', '.mjs', '/index.ts', '/index.js'];
