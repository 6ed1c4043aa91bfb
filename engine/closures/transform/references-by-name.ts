import type { Node } from './ast.ts';
import { isReassigned, type ModuleRole } from './captures.ts';
import type { ModuleFacts } from './module-facts.ts';
import type { Place } from './scope-model.ts';
import { outerPlace } from './site-names.ts';
import type { Site } from './sites.ts';

/**
 * The top-level variable of an imported module through which executors reach this very function or class:
 * of function and class declarations and of `const f = …`. Null when the site travels by value.
 */
export function topLevelNameOf(
  site: Site,
  options: { readonly facts: ModuleFacts; readonly role: ModuleRole; readonly anonymous: string },
): string | null {
  if (options.role === 'main' || site.place.scope.kind !== 'module') return null;
  const { node, place } = site;
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') {
    if (node.id === null) return options.anonymous;
    return keepsValue(options.facts, node.id.name, node) ? node.id.name : null;
  }
  const declarator = outerPlace(place);
  if (declarator?.node.type !== 'VariableDeclarator' || declarator.node.id.type !== 'Identifier' || !isTopLevel(declarator)) return null;
  return keepsValue(options.facts, declarator.node.id.name, declarator.node) ? declarator.node.id.name : null;
}

function keepsValue({ module }: ModuleFacts, name: string, node: Node): boolean {
  const binding = module.bindings.get(name);
  if (binding === undefined || isReassigned(binding)) return false;
  // A namespace may merge with a function or class; two variables of one name may not.
  return binding.declarations.every((declaration) => declaration.node === node || declaration.node.type === 'TSModuleDeclaration');
}

/** Not in the head of a loop, for example. */
function isTopLevel(declarator: Place): boolean {
  const statement = declarator.parent;
  return statement !== null && (statement.parent === null || statement.parent.node.type === 'ExportNamedDeclaration');
}
