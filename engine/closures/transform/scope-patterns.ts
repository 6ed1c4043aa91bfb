import { isThisParameter, isTypeWrapper, type Node } from './ast.ts';
import { type BindingKind, declare, type Place, varScopeOf } from './scope-model.ts';
import type { Walk } from './scope-walk.ts';

/** Declares every name of a binding pattern; its defaults and computed keys are ordinary expressions. */
export function bind(place: Place, by: { readonly kind: BindingKind; readonly node: Node }, walk: Walk): void {
  const { node, scope } = place;
  if ('decorators' in node) walk.pushField(place, 'decorators', scope.parent ?? scope);
  if (node.type === 'Identifier') {
    if (isThisParameter(node)) return;
    declare(by.kind === 'var' ? varScopeOf(scope, node.name) : scope, by.kind, { name: node.name, id: node, node: by.node });
    return;
  }
  for (const [child, field] of openPattern(place, walk)) bind({ node: child, parent: place, field, scope }, by, walk);
}

/** The target of an assignment: names are written, everything else in it is an ordinary expression. */
export function assign(place: Place, read: boolean, walk: Walk): void {
  const { node, scope } = place;
  if (node.type === 'Identifier') {
    walk.refer(node.name, place, { read, write: true });
    return;
  }
  const parts = isTypeWrapper(node) ? [[node.expression, 'expression'] as const] : openPattern(place, walk);
  if (parts.length === 0) walk.push(place);
  for (const [child, field] of parts) assign({ node: child, parent: place, field, scope }, read, walk);
}

type Part = readonly [node: Node, field: string];

/** The patterns right below a pattern; visits the expressions in it. Empty for anything that is not a pattern. */
function openPattern(place: Place, walk: Walk): readonly Part[] {
  const { node, scope } = place;
  switch (node.type) {
    case 'AssignmentPattern':
      walk.pushField(place, 'right', scope);
      return [[node.left, 'left']];
    case 'RestElement':
      return [[node.argument, 'argument']];
    case 'TSParameterProperty':
      return [[node.parameter, 'parameter']];
    case 'ArrayPattern':
      return node.elements.filter((element) => element !== null).map((element): Part => [element, 'elements']);
    case 'ObjectPattern':
      return node.properties.map((property): Part => [property, 'properties']);
    case 'Property':
      if (node.computed) walk.pushField(place, 'key', scope);
      return [[node.value, 'value']];
    default:
      return [];
  }
}
