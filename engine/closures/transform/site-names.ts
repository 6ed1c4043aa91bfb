import { isTypeWrapper, plainKey } from './ast.ts';
import type { Place } from './scope-model.ts';

/** The place above casts and `satisfies`. */
export function outerPlace(place: Place): Place | null {
  let parent = place.parent;
  while (parent !== null && isTypeWrapper(parent.node)) parent = parent.parent;
  return parent;
}

/** The name that JavaScript gives an anonymous function or class where it stands; null when it gives none or only at run time. */
export function inferredName(place: Place): string | null {
  const parent = outerPlace(place)?.node;
  switch (parent?.type) {
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' ? parent.id.name : null;
    case 'AssignmentExpression':
      return /^(=|&&=|\|\|=|\?\?=)$/.test(parent.operator) && parent.left.type === 'Identifier' ? parent.left.name : null;
    case 'AssignmentPattern':
      return parent.left.type === 'Identifier' ? parent.left.name : null;
    case 'Property': {
      const key = plainKey(parent);
      return key === '__proto__' ? null : key;
    }
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return parent.key.type === 'PrivateIdentifier' ? `#${parent.key.name}` : plainKey(parent);
    case 'ExportDefaultDeclaration':
      return 'default';
    default:
      return null;
  }
}
