import { existsAtRunTime, fieldOf, isNodeList, type Node, type NodeOf, valueFields } from './ast.ts';

/** Expressions that do nothing but give a value when their parts do nothing else. */
const QUIET: ReadonlySet<string> = new Set([
  'Identifier',
  'Literal',
  'TemplateLiteral',
  'TemplateElement',
  'ArrayExpression',
  'ObjectExpression',
  'Property',
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'MemberExpression',
  'ChainExpression',
  'SequenceExpression',
  'MetaProperty',
  'ThisExpression',
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

/** A statement that only declares: running it cannot change what another binding holds. */
export function isPureStatement(node: Node): boolean {
  if (!existsAtRunTime(node)) return true;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'FunctionDeclaration':
    case 'TSEnumDeclaration':
    case 'EmptyStatement':
      return true;
    case 'ClassDeclaration':
      return isPureExpression(node);
    case 'VariableDeclaration':
      return node.declarations.every(({ id, init }) => id.type === 'Identifier' && (init === null || isPureExpression(init)));
    case 'ExportNamedDeclaration':
      return node.declaration === null || isPureStatement(node.declaration);
    case 'ExportDefaultDeclaration':
      return node.declaration.type === 'FunctionDeclaration' || isPureExpression(node.declaration);
    default:
      return false;
  }
}

function isPureExpression(root: Node): boolean {
  const stack: Node[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression') continue;
    if (node.type === 'ClassExpression' || node.type === 'ClassDeclaration') {
      const parts = definitionParts(node);
      if (parts === null) return false;
      stack.push(...parts);
    } else if (QUIET.has(node.type) || (node.type === 'UnaryExpression' && node.operator !== 'delete')) stack.push(...childrenOf(node));
    else return false;
  }
  return true;
}

/** What runs when the class is defined; null when that may do anything. */
function definitionParts(node: NodeOf<'ClassExpression' | 'ClassDeclaration'>): readonly Node[] | null {
  if (node.decorators.length > 0) return null;
  const parts: Node[] = node.superClass === null ? [] : [node.superClass];
  for (const member of node.body.body) {
    if (!existsAtRunTime(member)) continue;
    if (member.type === 'StaticBlock' || !('decorators' in member) || member.decorators.length > 0) return null;
    if (member.computed) parts.push(member.key);
    if (member.type !== 'MethodDefinition' && member.static && member.value !== null) parts.push(member.value);
  }
  return parts;
}

function childrenOf(node: Node): Node[] {
  return valueFields(node).flatMap((field) => {
    const value = fieldOf(node, field);
    return (isNodeList(value) ? value : [value]).filter((child) => child !== null);
  });
}
