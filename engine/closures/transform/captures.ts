import { type Node, unwrapTypes } from './ast.ts';
import type { ModuleFacts } from './module-facts.ts';
import { type Binding, type Place, type Reference, type Scope, thisScopeOf } from './scope-model.ts';
import { holds, innermostSites, type Site } from './sites.ts';

/** A variable of an enclosing scope that a site uses, so that its value has to travel along. */
export interface Capture {
  readonly binding: Binding;
  /** The variable may get its value after the closure was made: only such captures can close a cycle of closures. */
  readonly late: boolean;
  /** Classes: needed when the class is defined (heritage, computed key, decorator, static), not only when its code runs. */
  eager: boolean;
  /** Where the site assigns it. */
  assigned: Node | null;
}

export interface SiteCaptures {
  /** By name, sorted. */
  readonly captures: ReadonlyMap<string, Capture>;
  /** `this` of an enclosing function. */
  readonly self: boolean;
}

export type ModuleRole = 'main' | 'module';

/** What each site captures: its references climb the enclosing sites until one holds the variable's whole scope. */
export function findCaptures(facts: ModuleFacts, sites: readonly Site[], role: ModuleRole): readonly SiteCaptures[] {
  const found = sites.map(() => ({ captures: new Map<string, Capture>(), self: false }));
  const around = innermostSites(
    sites,
    facts.references.map(({ place }) => place),
  );
  facts.references.forEach((reference, index) => {
    const binding = reference.binding === null ? null : actualBinding(reference.binding);
    if (binding === null || isReachedByCode(binding, role)) return;
    for (let site = around[index] ?? null; site !== null && !holds(site, binding.scope.node); site = site.parent) {
      if (!isOwnName(site, binding)) addCapture(found[site.index]?.captures, site, binding, reference);
    }
  });
  const uses = facts.contextUses
    .filter(({ kind }) => kind === 'this')
    .map(({ place }) => place)
    .sort((a, b) => a.node.start - b.node.start);
  innermostSites(sites, uses).forEach((innermost, index) => {
    const owner = thisScopeOf((uses[index] as Place).scope);
    if (owner.kind === 'module') return;
    for (let site = innermost; site !== null && !holds(site, owner.node); site = site.parent) {
      const entry = found[site.index];
      if (entry !== undefined) entry.self = true;
    }
  });
  for (const site of sites)
    if (site.kind === 'class' && usesItselfAtDefinition(facts, site)) needAllAtDefinition(found[site.index]?.captures);
  return found.map(({ captures, self }) => ({ captures: sortedByName(captures), self }));
}

/** `static zero = new Money(0)`, `static { this.register(); }`: any of the class's code may run while it is being defined. */
function usesItselfAtDefinition({ contextUses, references }: ModuleFacts, { node, start, end }: Site): boolean {
  const isInside = ({ node: inner }: Place): boolean => start <= inner.start && inner.end <= end;
  const names = references.filter(
    ({ binding, place }) => isInside(place) && binding?.declarations.some((declaration) => declaration.node === node) === true,
  );
  const selves = contextUses.filter(({ kind, place }) => kind === 'this' && isInside(place) && isStaticOf(thisScopeOf(place.scope), node));
  return [...names, ...selves].some(({ place }) => runsAtDefinition(place, node));
}

function isStaticOf({ kind, node, parent }: Scope, owner: Node): boolean {
  return (kind === 'static' || (kind === 'field' && 'static' in node && node.static === true)) && parent?.node === owner;
}

function needAllAtDefinition(captures: ReadonlyMap<string, Capture> | undefined): void {
  for (const capture of captures?.values() ?? []) capture.eager = true;
}

/** Never serialised: executors have imports, and the top level of imported modules, of their own. */
function isReachedByCode(binding: Binding, role: ModuleRole): boolean {
  return binding.kind === 'import' || (role === 'module' && binding.scope.kind === 'module');
}

/** The inner name of a class declaration at module level means the module's variable. */
export function actualBinding(binding: Binding): Binding {
  if (binding.kind !== 'className') return binding;
  const outer = binding.scope.parent;
  if (outer?.kind !== 'module') return binding;
  const declared = outer.bindings.get(binding.name);
  const isSame = declared?.kind === 'class' && declared.declarations[0]?.node === binding.declarations[0]?.node;
  return isSame && !isReassigned(declared) ? declared : binding;
}

export function isReassigned(binding: Binding): boolean {
  return binding.references.some(({ write }) => write);
}

/** The name of a function or class declaration is bound by its own text, unless something else was assigned to it. */
function isOwnName(site: Site, binding: Binding): boolean {
  return binding.declarations.some(({ node }) => node === site.node) && (!isReassigned(binding) || site.kind === 'class');
}

function addCapture(captures: Map<string, Capture> | undefined, site: Site, binding: Binding, reference: Reference): void {
  let capture = captures?.get(binding.name);
  if (capture === undefined) {
    capture = { binding, late: isLate(binding, site), eager: false, assigned: null };
    captures?.set(binding.name, capture);
  }
  if (reference.write) capture.assigned ??= reference.place.node;
  if (site.kind === 'class' && !capture.eager) capture.eager = runsAtDefinition(reference.place, site.node);
}

function isLate(binding: Binding, site: Site): boolean {
  if (isReassigned(binding) || binding.declarations.length > 1) return true;
  const [declaration] = binding.declarations;
  if (declaration === undefined) return true;
  switch (binding.kind) {
    case 'var':
    case 'function':
      return true;
    case 'parameter':
    case 'catch':
      return declaration.id.start > site.start;
    case 'functionName':
      return false;
    default:
      return declaration.node.end > site.start;
  }
}

/** Whether code at this place runs while the class is being defined. */
function runsAtDefinition(place: Place, owner: Node): boolean {
  let isDecorator = false;
  for (let at = place; at.parent !== null; at = at.parent) {
    isDecorator ||= at.field === 'decorators';
    if (at.parent.node === owner) return isDecorator || at.field === 'superClass';
    if (at.parent.node.type === 'ClassBody' && at.parent.parent?.node === owner)
      return isDecorator || isDefinitionPart(at.node, place.node);
  }
  return true;
}

function isDefinitionPart(member: Node, node: Node): boolean {
  if (member.type === 'StaticBlock') return true;
  if (!('key' in member && 'computed' in member)) return false;
  if (member.computed && member.key.start <= node.start && node.end <= member.key.end) return true;
  if (member.type !== 'PropertyDefinition' && member.type !== 'AccessorProperty') return false;
  // The body of `static f = () => …` runs later.
  const value = member.value === null ? null : unwrapTypes(member.value).type;
  return member.static && value !== 'ArrowFunctionExpression' && value !== 'FunctionExpression';
}

function sortedByName<T>(map: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
