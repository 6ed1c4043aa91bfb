import { type Node, visitorKeys } from 'oxc-parser';

export type { Node, Program } from 'oxc-parser';

export type NodeType = Node['type'];
/** Members of the union that may have this type; some interfaces serve several. */
export type NodeOf<T extends NodeType> = Node extends infer N
  ? N extends { type: NodeType }
    ? Extract<N['type'], T> extends never
      ? never
      : N & { readonly type: Extract<N['type'], T> }
    : never
  : never;

/** TypeScript nodes that leave something behind when types are stripped. */
const RUNTIME_TS_NODES: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSParameterProperty',
  'TSExportAssignment',
  'TSImportEqualsDeclaration',
]);

/** Expressions that only carry a type: the value is that of the expression inside. */
export type TypeWrapper = NodeOf<
  'TSAsExpression' | 'TSSatisfiesExpression' | 'TSNonNullExpression' | 'TSTypeAssertion' | 'TSInstantiationExpression'
>;

const TYPE_WRAPPERS: ReadonlySet<string> = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'ParenthesizedExpression',
]);

/** Fields that hold types only, left out before their nodes are looked at. */
const TYPE_FIELDS: ReadonlySet<string> = new Set([
  'typeAnnotation',
  'typeParameters',
  'typeArguments',
  'returnType',
  'superTypeArguments',
  'implements',
]);

const VALUE_FIELDS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(visitorKeys).map(([type, keys]) => [type, keys.filter((key) => !TYPE_FIELDS.has(key))]),
);

/** Fields of a node that may hold nodes which exist when the program runs, in source order. */
export function valueFields(node: Node): readonly string[] {
  return VALUE_FIELDS.get(node.type) ?? [];
}

/** The child or children in a field: nodes, null for a hole. */
export function fieldOf(node: Node, field: string): Node | readonly (Node | null)[] | null {
  return ((node as unknown as Record<string, unknown>)[field] ?? null) as Node | readonly (Node | null)[] | null;
}

export function isNodeList(value: Node | readonly (Node | null)[] | null): value is readonly (Node | null)[] {
  return Array.isArray(value);
}

/** False for everything that type stripping removes: types, interfaces, overloads, abstract and `declare`d members. */
export function existsAtRunTime(node: Node): boolean {
  if (node.type.startsWith('TS') && !RUNTIME_TS_NODES.has(node.type)) return false;
  if ('declare' in node && node.declare === true) return false;
  switch (node.type) {
    case 'MethodDefinition':
      return node.value.body !== null;
    case 'ImportDeclaration':
      return node.importKind !== 'type';
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.exportKind !== 'type';
    case 'TSImportEqualsDeclaration':
      return node.importKind !== 'type';
    case 'ImportSpecifier':
      return node.importKind !== 'type';
    case 'ExportSpecifier':
      return node.exportKind !== 'type';
    case 'FunctionDeclaration':
      return node.body !== null;
    case 'TSModuleDeclaration':
      return node.body != null && node.id.type !== 'Literal';
    default:
      return true;
  }
}

export function isTypeWrapper(node: Node): node is TypeWrapper {
  return TYPE_WRAPPERS.has(node.type);
}

/** The expression below casts, `!`, `satisfies` and parentheses. */
export function unwrapTypes(node: Node): Node {
  let inner = node;
  while (isTypeWrapper(inner)) inner = inner.expression;
  return inner;
}

/** `function f(this: Foo)` declares a type, not a parameter. */
export function isThisParameter(node: Node): boolean {
  return node.type === 'Identifier' && (node.name as string) === 'this';
}

/** Name of a key that is written out: an identifier, a string or a number. Null when computed or private. */
export function plainKey(node: { readonly computed: boolean; readonly key: Node }): string | null {
  if (node.computed) return null;
  if (node.key.type === 'Identifier') return node.key.name;
  if (node.key.type === 'Literal' && (typeof node.key.value === 'string' || typeof node.key.value === 'number'))
    return String(node.key.value);
  return null;
}

/** Where the node's text begins; decorators may stand before the node and even before `export`. */
export function startOf(node: Node): number {
  const decorators = 'decorators' in node ? node.decorators : undefined;
  const first = decorators?.[0];
  return first === undefined ? node.start : Math.min(node.start, first.start);
}
