import type { SiteError } from '../site-meta.ts';
import type { Node } from './ast.ts';
import type { SiteCaptures } from './captures.ts';
import type { ImportTable } from './imports.ts';
import type { ContextUse, ModuleFacts } from './module-facts.ts';
import { type Place, thisScopeOf } from './scope-model.ts';
import { holds, innermostSites, type Site } from './sites.ts';
import type { SourceText } from './source-text.ts';

export interface ErrorOptions {
  readonly moduleId: string;
  readonly source: SourceText;
  readonly imports: ImportTable;
  readonly captures: readonly SiteCaptures[];
  /** The top-level binding through which executors reach the site; null when it travels by value. */
  readonly refOf: (site: Site) => string | null;
}

interface Finding {
  readonly code: SiteError['code'];
  readonly node: Node;
  readonly text: string;
}

/** For each site why it can never be shipped, the first reason in its text; null when nothing stands against it. */
export function findSiteErrors(facts: ModuleFacts, sites: readonly Site[], options: ErrorOptions): readonly (SiteError | null)[] {
  const first: (Finding | null)[] = sites.map(() => null);
  const report = (site: Site, finding: Finding): void => {
    // By reference nothing is rebuilt: only what does not exist on an executor can stand against it.
    if (finding.code !== 'DRIVER_ONLY' && options.refOf(site) !== null) return;
    const known = first[site.index];
    if (known === null || known === undefined || finding.node.start < known.node.start) first[site.index] = finding;
  };
  for (const site of sites) reportAssignments(site, options.captures[site.index], report);
  reportReferences(facts, sites, options, report);
  reportContextUses(facts, sites, report);
  return first.map((finding, index) => (finding === null ? null : describe(sites[index] as Site, finding, options)));
}

type Report = (site: Site, finding: Finding) => void;

function reportAssignments(site: Site, captures: SiteCaptures | undefined, report: Report): void {
  for (const [name, { assigned }] of captures?.captures ?? []) {
    if (assigned === null) continue;
    const text = `assigns the captured variable \`${name}\`. The assignment would change a copy on the executor and be lost. Add to an accumulator (lv.longAccumulator()), or return the value from an action, for example with reduce().`;
    report(site, { code: 'ASSIGNS_CAPTURE', node: assigned, text });
  }
}

function reportReferences(facts: ModuleFacts, sites: readonly Site[], options: ErrorOptions, report: Report): void {
  const places = facts.references.map(({ place }) => place);
  const around = innermostSites(sites, places);
  facts.references.forEach(({ name, binding, place }, index) => {
    const innermost = around[index] ?? null;
    if (binding === null && name === 'arguments' && thisScopeOf(place.scope).kind === 'function') {
      const text = 'uses `arguments` of the enclosing function. Use rest parameters instead: (...args) => args.length.';
      reportUpTo(innermost, thisScopeOf(place.scope).node, { code: 'ARGUMENTS', node: place.node, text }, report);
    }
    const imported = binding === null ? undefined : options.imports.get(binding);
    if (imported?.isDriverOnly !== true) return;
    const text = `uses \`${name}\` from '${imported.source}', which exists only on the driver. Return the value from an action and use it there.`;
    reportUpTo(innermost, facts.program, { code: 'DRIVER_ONLY', node: place.node, text }, report);
  });
}

function reportContextUses(facts: ModuleFacts, sites: readonly Site[], report: Report): void {
  const uses = facts.contextUses
    .filter(({ kind }) => kind !== 'this' && kind !== 'import')
    .sort((a, b) => a.place.node.start - b.place.node.start);
  const around = innermostSites(
    sites,
    uses.map(({ place }) => place),
  );
  uses.forEach((use, index) => {
    const innermost = around[index] ?? null;
    const { finding, owner } = judge(use, facts);
    reportUpTo(innermost, owner, finding, report);
    if (use.kind === 'super') reportSuperOfMethod(innermost, owner, finding, report);
  });
}

/** Reports a finding for every site from the innermost out to the one that holds the owner whole. */
function reportUpTo(innermost: Site | null, owner: Node, finding: Finding, report: Report): void {
  for (let site = innermost; site !== null && !holds(site, owner); site = site.parent) report(site, finding);
}

/** A copied method would look up `super` in another object. */
function reportSuperOfMethod(innermost: Site | null, owner: Node, finding: Finding, report: Report): void {
  for (let site = innermost; site !== null; site = site.parent) {
    if (site.node.type === 'Property' && site.node.value === owner) report(site, finding);
  }
}

function judge({ kind, place }: ContextUse, facts: ModuleFacts): { readonly finding: Finding; readonly owner: Node } {
  const { node } = place;
  const owner = thisScopeOf(place.scope).node;
  switch (kind) {
    case 'super':
      return {
        owner,
        finding: {
          code: 'SUPER',
          node,
          text: 'uses `super` of the enclosing method; such a function cannot be rebuilt. Call a method through `this` instead.',
        },
      };
    case 'new.target':
      return {
        owner,
        finding: { code: 'NEW_TARGET', node, text: 'uses `new.target` of the enclosing function. Copy it into a local constant first.' },
      };
    case 'private': {
      const name = node.type === 'PrivateIdentifier' ? node.name : '';
      const text = `uses private #${name} outside of its class body; such a function cannot be rebuilt. Copy the value into a local constant first.`;
      return { owner: classOfPrivateName(place, name) ?? facts.program, finding: { code: 'PRIVATE_NAME', node, text } };
    }
    case 'suspend': {
      const word = node.type === 'YieldExpression' ? 'yield' : 'await';
      const text = `uses \`${word}\` of the enclosing function in its class head. Put the value into a local constant first.`;
      return { owner: suspendOwner(place), finding: { code: 'AWAIT_IN_CLASS', node, text } };
    }
    default:
      return {
        owner: facts.program,
        finding: {
          code: 'DIRECT_EVAL',
          node,
          text: 'calls eval() directly: the variables its code would use cannot be seen. Use (0, eval)(…), or write the code as a function.',
        },
      };
  }
}

function classOfPrivateName(place: Place, name: string): Node | null {
  for (let at: Place | null = place; at !== null; at = at.parent) {
    if (at.node.type !== 'ClassBody') continue;
    const declares = at.node.body.some((member) => 'key' in member && member.key.type === 'PrivateIdentifier' && member.key.name === name);
    if (declares) return at.parent?.node ?? null;
  }
  return null;
}

/** The function whose `await` or `yield` it is, arrows included. */
function suspendOwner(place: Place): Node {
  let scope = place.scope;
  while (scope.parent !== null && scope.kind !== 'function') scope = scope.parent;
  return scope.node;
}

function describe(site: Site, { code, node, text }: Finding, { moduleId, source }: ErrorOptions): SiteError {
  const at = source.positionOf(site.start);
  const kind = site.kind === 'class' ? 'class' : 'function';
  const name = site.name === null ? '' : `${site.name} `;
  const message = `${kind} ${name}(${moduleId}:${at.line}:${at.column}) ${text}`;
  return { code, message, ...source.positionOf(node.start), frame: source.frame(node.start, node.end) };
}
