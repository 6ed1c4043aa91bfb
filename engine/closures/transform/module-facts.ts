import type { Program } from './ast.ts';
import type { Place } from './scope-model.ts';
import { type Resolution, resolveScopes } from './scopes.ts';

/** Everything about a module that later steps ask for, from one walk over its tree. */
export interface ModuleFacts extends Resolution {
  readonly program: Program;
  /** Functions, classes and object-literal methods. */
  readonly candidates: readonly Place[];
  /** Code whose meaning depends on the function or class around it. */
  readonly contextUses: readonly ContextUse[];
}

export interface ContextUse {
  readonly kind: 'this' | 'super' | 'new.target' | 'private' | 'eval' | 'suspend' | 'import';
  readonly place: Place;
}

export function gatherFacts(program: Program): ModuleFacts {
  const candidates: Place[] = [];
  const contextUses: ContextUse[] = [];
  const resolution = resolveScopes(program, (place) => {
    if (isCandidate(place)) candidates.push(place);
    const kind = contextKindOf(place);
    if (kind !== null) contextUses.push({ kind, place });
  });
  return { ...resolution, program, candidates, contextUses };
}

function isCandidate({ node, parent }: Place): boolean {
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'ClassExpression':
      return true;
    case 'FunctionExpression':
      return (
        parent?.node.type !== 'MethodDefinition' &&
        !(parent?.node.type === 'Property' && (parent.node.method || parent.node.kind !== 'init'))
      );
    case 'Property':
      return node.method && parent?.node.type === 'ObjectExpression' && !node.computed;
    default:
      return false;
  }
}

function contextKindOf({ node }: Place): ContextUse['kind'] | null {
  switch (node.type) {
    case 'ThisExpression':
      return 'this';
    case 'JSXIdentifier':
      return node.name === 'this' ? 'this' : null;
    case 'Super':
      return 'super';
    case 'MetaProperty':
      return node.meta.name === 'new' ? 'new.target' : null;
    case 'PrivateIdentifier':
      return 'private';
    case 'CallExpression':
      return node.callee.type === 'Identifier' && node.callee.name === 'eval' && !node.optional ? 'eval' : null;
    case 'AwaitExpression':
    case 'YieldExpression':
      return 'suspend';
    case 'ImportExpression':
      return 'import';
    default:
      return null;
  }
}
