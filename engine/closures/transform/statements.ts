import type { SliceDep } from '../site-meta.ts';
import type { Node } from './ast.ts';
import { actualBinding } from './captures.ts';
import { type ImportTable, importDep } from './imports.ts';
import type { ModuleFacts } from './module-facts.ts';
import { isPureStatement } from './purity.ts';
import type { Binding, Reference } from './scope-model.ts';
import { createTraits, type MutableTraits, noteDynamicImport, noteReference } from './traits.ts';

/** A top-level statement, as slices see it. */
export interface Statement {
  readonly node: Node;
  readonly hash: string;
  readonly isPure: boolean;
  /** References to variables of the module, imports included. */
  readonly references: readonly Reference[];
  readonly imports: readonly SliceDep[];
  readonly traits: MutableTraits;
}

/** Sorts references, imports and traits by the top-level statement they stand in. */
export function readStatements(facts: ModuleFacts, imports: ImportTable, hashes: readonly string[]): readonly Statement[] {
  const { body } = facts.program;
  const references: Reference[][] = body.map(() => []);
  const deps: SliceDep[][] = body.map(() => []);
  const traits = body.map(createTraits);
  const statementAt = createFinder(body);
  for (const reference of facts.references) {
    const index = statementAt(reference.place.node.start);
    const imported = reference.binding === null ? undefined : imports.get(reference.binding);
    noteReference(traits[index] as MutableTraits, reference, imports);
    if (imported !== undefined) deps[index]?.push(importDep(imported, reference));
    if (moduleBindingOf(reference) !== null) references[index]?.push(reference);
  }
  for (const use of facts.contextUses) {
    if (use.kind === 'import') noteDynamicImport(traits[statementAt(use.place.node.start)] as MutableTraits, use);
  }
  return body.map((node, index) => ({
    node,
    hash: hashes[index] ?? '',
    isPure: isPureStatement(node),
    references: references[index] ?? [],
    imports: deps[index] ?? [],
    traits: traits[index] ?? createTraits(),
  }));
}

/** The variable of the module that a reference means; null for locals and globals. */
export function moduleBindingOf(reference: Reference): Binding | null {
  if (reference.binding === null) return null;
  const binding = actualBinding(reference.binding);
  return binding.scope.kind === 'module' ? binding : null;
}

function createFinder(body: readonly Node[]): (offset: number) => number {
  return (offset) => {
    let low = 0;
    let high = body.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((body[middle]?.end ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
