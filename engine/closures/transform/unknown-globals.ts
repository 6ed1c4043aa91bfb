import { KNOWN_GLOBALS } from './known-globals.ts';
import type { ModuleFacts } from './module-facts.ts';
import { type Reference, thisScopeOf } from './scope-model.ts';
import { innermostSites, type Site } from './sites.ts';
import type { SourceText } from './source-text.ts';

/** A name in a function that nothing declares and that Node does not have. */
export interface UnknownGlobal {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** Of the innermost site that uses it. */
  readonly siteIndex: number;
}

export function findUnknownGlobals(facts: ModuleFacts, sites: readonly Site[], source: SourceText): readonly UnknownGlobal[] {
  const around = innermostSites(
    sites,
    facts.references.map(({ place }) => place),
  );
  return facts.references.flatMap((reference, index) => {
    const site = around[index] ?? null;
    if (site === null || !isUnknown(reference, facts)) return [];
    return [{ name: reference.name, ...source.positionOf(reference.place.node.start), siteIndex: site.index }];
  });
}

function isUnknown({ name, binding, exported, place }: Reference, { ambient }: ModuleFacts): boolean {
  if (binding !== null || exported || ambient.has(name) || KNOWN_GLOBALS.has(name)) return false;
  if (name === 'arguments' && thisScopeOf(place.scope).kind === 'function') return false;
  const parent = place.parent?.node;
  // `typeof x` is how one asks whether a name exists.
  return !(parent?.type === 'UnaryExpression' && parent.operator === 'typeof');
}
