import { type Node, type NodeOf, plainKey, startOf } from './ast.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { Place } from './scope-model.ts';
import { inferredName, outerPlace } from './site-names.ts';

/** One function or class of the source that can be shipped by itself. */
export interface Site {
  /** In source order; also the index in the table that the module hands to the runtime. */
  readonly index: number;
  readonly kind: 'function' | 'class' | 'method';
  /** The function or class; for a method the whole property. */
  readonly node: SiteNode;
  readonly place: Place;
  /** Where its text begins, decorators included. */
  readonly start: number;
  readonly end: number;
  /** What `fn.name` shows; null when anonymous. */
  readonly name: string | null;
  /** The innermost site around it. */
  readonly parent: Site | null;
}

type SiteNode = NodeOf<
  'ArrowFunctionExpression' | 'FunctionExpression' | 'FunctionDeclaration' | 'ClassDeclaration' | 'ClassExpression' | 'Property'
>;

/**
 * Arrow functions, function expressions and declarations, classes, and methods of object literals with plain keys.
 * Not class methods and accessors (they travel with their class) and not functions that are called where they stand.
 */
export function findSites(facts: ModuleFacts): readonly Site[] {
  const places = facts.candidates
    .filter((place) => !isCalledInPlace(place))
    .sort((a, b) => startOf(a.node) - startOf(b.node) || b.node.end - a.node.end);
  const sites: Site[] = [];
  let around: Site | null = null;
  for (const place of places) {
    const node = place.node as SiteNode;
    const start = startOf(node);
    while (around !== null && around.end <= start) around = around.parent;
    around = { index: sites.length, kind: kindOf(node), node, place, start, end: node.end, name: nameOf(node, place), parent: around };
    sites.push(around);
  }
  return sites;
}

/** For each of these places, in source order, the innermost site that holds it. */
export function innermostSites(sites: readonly Site[], places: readonly Place[]): readonly (Site | null)[] {
  let next = 0;
  let around: Site | null = null;
  return places.map(({ node }) => {
    for (let site = sites[next]; site !== undefined && site.start <= node.start; site = sites[next]) {
      around = site;
      next++;
    }
    while (around !== null && around.end <= node.start) around = around.parent;
    return around;
  });
}

/** Whether the site's text holds this node whole. */
export function holds(site: Site, node: Node): boolean {
  return node.type !== 'Program' && site.start <= node.start && node.end <= site.end;
}

function kindOf(node: SiteNode): Site['kind'] {
  if (node.type === 'Property') return 'method';
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression' ? 'class' : 'function';
}

function nameOf(node: SiteNode, place: Place): string | null {
  if (node.type === 'Property') return plainKey(node);
  if (node.type !== 'ArrowFunctionExpression' && node.id !== null) return node.id.name;
  return inferredName(place);
}

function isCalledInPlace(place: Place): boolean {
  const parent = outerPlace(place)?.node;
  return (
    parent?.type === 'CallExpression' &&
    (place.node.type === 'ArrowFunctionExpression' || place.node.type === 'FunctionExpression') &&
    isCallee(place)
  );
}

function isCallee(place: Place): boolean {
  let at = place;
  while (at.parent !== null && at.parent.node.type !== 'CallExpression') at = at.parent;
  return at.field === 'callee';
}
