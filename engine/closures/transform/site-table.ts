import type { SiteError, SiteMeta, SliceDep } from '../site-meta.ts';
import { existsAtRunTime, type Node } from './ast.ts';
import { hashTree } from './ast-hash.ts';
import type { SiteCaptures } from './captures.ts';
import { digest } from './digest.ts';
import { bareImports, type ImportTable, importDep } from './imports.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { Binding } from './scope-model.ts';
import { innermostSites, type Site } from './sites.ts';
import { depKey, type ModuleSlices, uniqueDeps } from './slices.ts';
import type { SourceText } from './source-text.ts';
import { moduleBindingOf } from './statements.ts';
import { addTraits, createTraits, type MutableTraits, noteDynamicImport, noteReference } from './traits.ts';

export interface Hashes {
  readonly sites: readonly string[];
  /** Of the top-level statements; empty for those that only declare types. */
  readonly statements: readonly string[];
}

/** One pass over the module: a site's hash covers its code, the names it captures and whether it captures `this`. */
export function hashModule(facts: ModuleFacts, sites: readonly Site[], captures: readonly SiteCaptures[]): Hashes {
  const indexOf = new Map<Node, number>(sites.map(({ node, index }) => [node, index]));
  const hashes: string[] = [];
  const fold = (node: Node, content: string): string => {
    const index = indexOf.get(node) ?? -1;
    const found = captures[index];
    const hash = digest(`${content}|${[...(found?.captures.keys() ?? [])].join(',')}|${found?.self === true ? 'this' : ''}`);
    hashes[index] = hash;
    return hash;
  };
  const statements = facts.program.body.map((node) => {
    const declared = node.type === 'ExportNamedDeclaration' && node.declaration !== null ? node.declaration : node;
    if (!existsAtRunTime(node) || !existsAtRunTime(declared)) return '';
    return hashTree(declared, (inner) => indexOf.has(inner), fold);
  });
  return { sites: hashes, statements };
}

export interface SiteTableInput {
  readonly moduleId: string;
  readonly source: SourceText;
  readonly captures: readonly SiteCaptures[];
  readonly errors: readonly (SiteError | null)[];
  readonly hashes: Hashes;
  readonly imports: ImportTable;
  readonly refOf: (site: Site) => string | null;
  /** Null in the main file, where nothing but imports is reached by code. */
  readonly slices: ModuleSlices | null;
}

export interface SiteTable {
  readonly metas: readonly SiteMeta[];
  /** For each site the sources it imports from. */
  readonly needs: readonly (readonly string[])[];
}

/** The table that the module hands to the runtime, one entry a site. */
export function describeSites(facts: ModuleFacts, sites: readonly Site[], input: SiteTableInput): SiteTable {
  const reach = findReach(facts, sites, input);
  const sideEffects = bareImports(facts.program).map(({ source }): SliceDep => ({ kind: 'sideEffect', source: source.value }));
  const twins = new Map<string, number>();
  const metas = sites.map((site): SiteMeta => {
    const { imports, own, traits } = reach[site.index] as Reach;
    const hash = input.hashes.sites[site.index] ?? '';
    const twin = twins.get(hash) ?? 0;
    twins.set(hash, twin + 1);
    const ref = input.refOf(site);
    for (const binding of own) if (input.slices !== null) addTraits(traits, input.slices.of(binding).traits);
    const reached = [...own].map(({ name }): SliceDep => ({ kind: 'own', name }));
    return {
      key: `${input.moduleId}#${hash}${twin === 0 ? '' : `.${twin}`}`,
      kind: site.kind,
      name: site.name,
      ...input.source.positionOf(site.start),
      captures: [...(input.captures[site.index]?.captures.keys() ?? [])],
      self: input.captures[site.index]?.self ?? false,
      ref,
      error: input.errors[site.index] ?? null,
      async: isAsync(site),
      uses: [...traits.uses].sort(),
      env: [...traits.env].sort(),
      hash,
      deps: ref === null ? uniqueDeps([...reached, ...imports.values(), ...sideEffects]) : [{ kind: 'own', name: ref }],
      mutable: [...traits.mutable].sort(),
    };
  });
  return { metas, needs: reach.map(({ imports }) => [...new Set([...imports.values()].map(({ source }) => source))].sort()) };
}

interface Reach {
  readonly imports: Map<string, Extract<SliceDep, { kind: 'import' }>>;
  readonly own: Set<Binding>;
  readonly traits: MutableTraits;
}

/** What each site reaches without capturing it, inner sites included. */
function findReach(facts: ModuleFacts, sites: readonly Site[], { imports, slices }: SiteTableInput): readonly Reach[] {
  const reach = sites.map((): Reach => ({ imports: new Map(), own: new Set(), traits: createTraits() }));
  const around = innermostSites(
    sites,
    facts.references.map(({ place }) => place),
  );
  facts.references.forEach((reference, index) => {
    const entry = reach[around[index]?.index ?? -1];
    if (entry === undefined) return;
    const binding = slices === null ? reference.binding : moduleBindingOf(reference);
    const imported = binding === null ? undefined : imports.get(binding);
    if (slices !== null || reference.binding === null || imported !== undefined) noteReference(entry.traits, reference, imports);
    if (imported !== undefined) addImport(entry, importDep(imported, reference));
    if (slices !== null && binding !== null && (imported === undefined || slices.isTouchedImport(binding))) entry.own.add(binding);
  });
  const dynamic = facts.contextUses.filter(({ kind }) => kind === 'import').sort((a, b) => a.place.node.start - b.place.node.start);
  innermostSites(
    sites,
    dynamic.map(({ place }) => place),
  ).forEach((site, index) => {
    const use = dynamic[index];
    if (site !== null && use !== undefined) noteDynamicImport((reach[site.index] as Reach).traits, use);
  });
  for (const site of sites.toReversed())
    if (site.parent !== null) mergeReach(reach[site.parent.index] as Reach, reach[site.index] as Reach);
  return reach;
}

function addImport({ imports }: Reach, dep: Extract<SliceDep, { kind: 'import' }>): void {
  imports.set(depKey(dep), dep);
}

function mergeReach(outer: Reach, inner: Reach): void {
  for (const [key, dep] of inner.imports) outer.imports.set(key, dep);
  for (const binding of inner.own) outer.own.add(binding);
  addTraits(outer.traits, inner.traits);
}

function isAsync({ node }: Site): boolean {
  const code = node.type === 'Property' ? node.value : node;
  return 'async' in code && code.async === true;
}
