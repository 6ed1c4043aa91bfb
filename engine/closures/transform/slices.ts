import type { BindingSlices, SliceDep } from '../site-meta.ts';
import type { Node } from './ast.ts';
import { findComponents } from './components.ts';
import { digest } from './digest.ts';
import { bareImports, type ImportTable, moduleExportName } from './imports.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { Binding } from './scope-model.ts';
import { buildSliceGraph, type SliceGraph } from './slice-graph.ts';
import { readStatements, type Statement } from './statements.ts';
import { addTraits, createTraits, type MutableTraits, type Traits } from './traits.ts';

/** A statement slice: everything in the module that a binding's meaning depends on. */
interface Slice {
  readonly hash: string;
  readonly deps: readonly SliceDep[];
  readonly traits: Traits;
}

export interface ModuleSlices {
  /** By top-level name and by exported name, and `*` for the whole module. */
  readonly exports: BindingSlices;
  readonly of: (binding: Binding) => Slice;
  readonly isTouchedImport: (binding: Binding) => boolean;
}

/**
 * Slices of all top-level bindings at once: the components of the slice graph are hashed bottom up,
 * so that a binding's hash covers exactly the statements that can be reached from it.
 *
 * @param hashes of the top-level statements, in order.
 */
export function sliceModule(facts: ModuleFacts, imports: ImportTable, hashes: readonly string[]): ModuleSlices {
  const statements = readStatements(facts, imports, hashes);
  const graph = buildSliceGraph(facts, statements, imports);
  const slices = sliceNodes(statements, graph);
  const sideEffects = bareImports(facts.program).map(({ source }): SliceDep => ({ kind: 'sideEffect', source: source.value }));
  const of = (binding: Binding): Slice => slices[graph.nodeOf(binding)] ?? EMPTY;
  const entries = new Map<string, readonly Slice[]>();
  const add = (name: string, slice: Slice): void => void entries.set(name, [...(entries.get(name) ?? []), slice]);

  for (const binding of facts.module.bindings.values())
    if (!imports.has(binding) || graph.isTouchedImport(binding)) add(binding.name, of(binding));
  statements.forEach((statement, index) => {
    for (const [name, slice] of exportedNames(statement.node, { facts, imports, of, whole: slices[index] ?? EMPTY })) {
      if (!(entries.get(name) ?? []).includes(slice)) add(name, slice);
    }
  });
  add('*', wholeModule(statements));
  const record = [...entries].map(([name, parts]) => [name, describe(mergeSlices(parts), sideEffects)] as const);
  return { exports: Object.fromEntries(record), of, isTouchedImport: graph.isTouchedImport };
}

const EMPTY: Slice = { hash: '', deps: [], traits: createTraits() };

function sliceNodes(statements: readonly Statement[], { edges }: SliceGraph): readonly Slice[] {
  const slices: Slice[] = [];
  for (const component of findComponents(edges)) {
    const members = component.filter((node) => node < statements.length).sort((a, b) => a - b);
    const own = members.map((node) => statements[node] as Statement);
    const next = new Set(
      component
        .flatMap((node) => edges[node] ?? [])
        .map((node) => slices[node])
        .filter((slice) => slice !== undefined),
    );
    const slice = own.length === 0 && next.size === 1 ? ([...next][0] as Slice) : joinSlices(own, [...next]);
    for (const node of component) slices[node] = slice;
  }
  return slices;
}

/** Statements that do something count in their order, pure declarations in none. */
function joinSlices(own: readonly Statement[], next: readonly Slice[]): Slice {
  const steps = own.filter(({ isPure }) => !isPure).map(({ hash }) => hash);
  const declarations = own.filter(({ isPure }) => isPure).map(({ hash }) => hash);
  const reached = new Set(next.map(({ hash }) => hash));
  const traits = createTraits();
  for (const part of [...own, ...next]) addTraits(traits, part.traits);
  return {
    hash: digest([...steps, '-', ...declarations.sort(), '-', ...[...reached].sort()].join('\n')),
    deps: uniqueDeps([...own.flatMap(({ imports }) => imports), ...next.flatMap(({ deps }) => deps)]),
    traits,
  };
}

function wholeModule(statements: readonly Statement[]): Slice {
  const traits: MutableTraits = createTraits();
  for (const statement of statements) addTraits(traits, statement.traits);
  const reExported = statements.flatMap(({ node }) => reExportsOf(node));
  return {
    hash: digest(
      statements
        .filter(({ node, hash }) => node.type !== 'ImportDeclaration' && hash !== '')
        .map(({ hash }) => hash)
        .join('\n'),
    ),
    deps: uniqueDeps([...statements.flatMap(({ imports }) => imports), ...reExported]),
    traits,
  };
}

function reExportsOf(node: Node): readonly SliceDep[] {
  if (node.type === 'ExportAllDeclaration')
    return node.exportKind === 'type' ? [] : [{ kind: 'import', source: node.source.value, name: '*' }];
  if (node.type !== 'ExportNamedDeclaration' || node.source === null || node.exportKind === 'type') return [];
  const { value: source } = node.source;
  return node.specifiers
    .filter(({ exportKind }) => exportKind !== 'type')
    .map(({ local }) => ({ kind: 'import', source, name: moduleExportName(local) }));
}

interface ExportContext {
  readonly facts: ModuleFacts;
  readonly imports: ImportTable;
  readonly of: (binding: Binding) => Slice;
  /** Slice of the statement itself. */
  readonly whole: Slice;
}

/** Names under which other modules reach something, where they are not the names of the declarations themselves. */
function exportedNames(node: Node, { facts, imports, of, whole }: ExportContext): readonly (readonly [string, Slice])[] {
  if (node.type === 'ExportDefaultDeclaration') return [['default', whole]];
  if (node.type === 'ExportAllDeclaration' && node.exported !== null) {
    return [[moduleExportName(node.exported), passedOn(node.source.value, '*')]];
  }
  if (node.type !== 'ExportNamedDeclaration') return [];
  const names: (readonly [string, Slice])[] = [];
  for (const { local, exported, exportKind } of node.specifiers) {
    if (exportKind === 'type' || node.exportKind === 'type') continue;
    const name = moduleExportName(local);
    const binding = facts.module.bindings.get(name);
    const imported = binding === undefined ? undefined : imports.get(binding);
    if (node.source !== null) names.push([moduleExportName(exported), passedOn(node.source.value, name)]);
    else if (imported !== undefined) names.push([moduleExportName(exported), passedOn(imported.source, imported.imported)]);
    else if (binding !== undefined) names.push([moduleExportName(exported), of(binding)]);
  }
  return names;
}

function passedOn(source: string, name: string): Slice {
  return { hash: digest('passed on'), deps: [{ kind: 'import', source, name }], traits: createTraits() };
}

/** One name may be both an export and another top-level variable: then both count. */
function mergeSlices(parts: readonly Slice[]): Slice {
  return parts.length === 1 ? (parts[0] as Slice) : joinSlices([], parts);
}

function describe({ hash, deps, traits }: Slice, sideEffects: readonly SliceDep[]): BindingSlices[string] {
  const entry = [hash, uniqueDeps([...deps, ...sideEffects])] as const;
  const notes = { uses: [...traits.uses].sort(), env: [...traits.env].sort(), mutable: [...traits.mutable].sort() };
  return notes.uses.length + notes.env.length + notes.mutable.length === 0 ? entry : [...entry, notes];
}

/** Sorted, so that moving an import changes nothing. */
export function uniqueDeps(deps: readonly SliceDep[]): readonly SliceDep[] {
  const byText = new Map(deps.map((dep) => [depKey(dep), dep]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, dep]) => dep);
}

/** Equal for dependencies that mean the same, the local name of an import included. */
export function depKey(dep: SliceDep): string {
  if (dep.kind === 'own') return `own ${dep.name}`;
  return dep.kind === 'import' ? `${dep.source} ${dep.name} ${dep.local ?? ''}` : `${dep.source} `;
}
