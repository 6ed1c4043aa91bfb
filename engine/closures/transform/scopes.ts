import type { Node, NodeOf, NodeType, Program } from './ast.ts';
import { type BindingKind, createScope, declare, lookUp, type Place, type Reference, type Scope } from './scope-model.ts';
import { assign, bind } from './scope-patterns.ts';
import { createWalk, type Walk } from './scope-walk.ts';

export interface Resolution {
  readonly module: Scope;
  /** Uses of variables as values, in source order; types are left out. */
  readonly references: readonly Reference[];
  /** Names that `declare` promises to exist somewhere else. */
  readonly ambient: ReadonlySet<string>;
}

/**
 * Finds what every identifier of a module means when the program runs.
 *
 * One walk with an explicit stack (source may nest deeply) opens scopes, declares names and collects references;
 * because hoisting makes declarations visible before their place, references are bound only when the walk is over.
 *
 * @param onPlace called once for every node that exists at run time, except declared identifiers, plain keys and literals; in no particular order.
 */
export function resolveScopes(program: Program, onPlace: (place: Place) => void = () => {}): Resolution {
  const module = createScope('module', program, null);
  const walk = createWalk();
  for (const node of program.body) walk.push({ node, parent: null, field: 'body', scope: module });
  for (let place = walk.next(); place !== undefined; place = walk.next()) {
    onPlace(place);
    const visit = VISITORS[place.node.type] as ((node: Node, place: Place, walk: Walk) => void) | undefined;
    if (visit === undefined) walk.pushFields(place, place.scope);
    else visit(place.node, place, walk);
  }
  const references = walk.references.sort((a, b) => a.place.node.start - b.place.node.start);
  for (const reference of references) {
    const binding = lookUp(reference.place.scope, reference.name);
    reference.binding = binding;
    binding?.references.push(reference);
  }
  return { module, references, ambient: walk.ambient };
}

type Visitors = { readonly [K in NodeType]?: (node: NodeOf<K>, place: Place, walk: Walk) => void };
type AnyFunction = NodeOf<'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression'>;
type AnyClass = NodeOf<'ClassDeclaration' | 'ClassExpression'>;
type Member = NodeOf<'PropertyDefinition' | 'AccessorProperty' | 'MethodDefinition'>;

const ignore = (): void => {};

const VISITORS: Visitors = {
  Identifier: (node, place, walk) => walk.refer(node.name, place),
  JSXIdentifier: (node, place, walk) => walk.refer(node.name, place),
  VariableDeclaration: visitVariables,
  FunctionDeclaration: visitFunction,
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ClassDeclaration: visitClass,
  ClassExpression: visitClass,
  MethodDefinition: visitMember,
  PropertyDefinition: visitMember,
  AccessorProperty: visitMember,
  StaticBlock: inScope('static'),
  BlockStatement: inScope('block'),
  ForStatement: inScope('for'),
  ForInStatement: visitForEach,
  ForOfStatement: visitForEach,
  SwitchStatement(node, place, walk) {
    walk.pushField(place, 'discriminant', place.scope);
    walk.pushField(place, 'cases', createScope('switch', node, place.scope));
  },
  CatchClause(node, place, walk) {
    const scope = createScope('catch', node, place.scope);
    if (node.param !== null) bind({ node: node.param, parent: place, field: 'param', scope }, { kind: 'catch', node }, walk);
    walk.pushField(place, 'body', scope);
  },
  LabeledStatement: (_node, place, walk) => walk.pushField(place, 'body', place.scope),
  BreakStatement: ignore,
  ContinueStatement: ignore,
  MetaProperty: ignore,
  AssignmentExpression(node, place, walk) {
    assign({ node: node.left, parent: place, field: 'left', scope: place.scope }, node.operator !== '=', walk);
    walk.pushField(place, 'right', place.scope);
  },
  UpdateExpression: (node, place, walk) =>
    assign({ node: node.argument, parent: place, field: 'argument', scope: place.scope }, true, walk),
  MemberExpression(node, place, walk) {
    walk.pushField(place, 'object', place.scope);
    if (node.computed || node.property.type === 'PrivateIdentifier') walk.pushField(place, 'property', place.scope);
  },
  Property(node, place, walk) {
    if (node.computed) walk.pushField(place, 'key', place.scope);
    walk.pushField(place, 'value', place.scope);
  },
  ImportDeclaration: visitImport,
  ExportNamedDeclaration: visitExport,
  ExportDefaultDeclaration(node, place, walk) {
    const declared = node.declaration;
    if (declared.type !== 'Identifier') walk.pushField(place, 'declaration', place.scope);
    else walk.refer(declared.name, { node: declared, parent: place, field: 'declaration', scope: place.scope }, { exported: true });
  },
  ExportAllDeclaration: ignore,
  JSXOpeningElement(node, place, walk) {
    let name: Node = node.name;
    while (name.type === 'JSXMemberExpression') name = name.object;
    const isComponent = node.name.type === 'JSXMemberExpression' || (name.type === 'JSXIdentifier' && !/^[a-z]|-/.test(name.name));
    if (isComponent) walk.push({ node: name, parent: place, field: 'name', scope: place.scope });
    walk.pushField(place, 'attributes', place.scope);
  },
  JSXClosingElement: ignore,
  JSXAttribute: (_node, place, walk) => walk.pushField(place, 'value', place.scope),
  TSEnumDeclaration: visitEnum,
  TSModuleDeclaration: visitNamespace,
  TSImportEqualsDeclaration(node, place, walk) {
    declare(place.scope, 'importEquals', { name: node.id.name, id: node.id, node });
    let root: Node = node.moduleReference;
    while (root.type === 'TSQualifiedName') root = root.left;
    if (root.type === 'Identifier') walk.push({ node: root, parent: place, field: 'moduleReference', scope: place.scope });
  },
};

function inScope(kind: 'static' | 'block' | 'for'): (node: Node, place: Place, walk: Walk) => void {
  return (node, place, walk) => walk.pushFields(place, createScope(kind, node, place.scope));
}

function visitVariables(node: NodeOf<'VariableDeclaration'>, place: Place, walk: Walk): void {
  const kind: BindingKind = node.kind === 'await using' ? 'using' : node.kind;
  for (const declarator of node.declarations) {
    const at: Place = { node: declarator, parent: place, field: 'declarations', scope: place.scope };
    bind({ node: declarator.id, parent: at, field: 'id', scope: place.scope }, { kind, node: declarator }, walk);
    walk.pushField(at, 'init', place.scope);
  }
}

function visitFunction(node: AnyFunction, place: Place, walk: Walk): void {
  let outer = place.scope;
  if (node.type === 'FunctionDeclaration' && node.id !== null) declare(outer, 'function', { name: node.id.name, id: node.id, node });
  if (node.type === 'FunctionExpression' && node.id !== null) {
    outer = createScope('functionName', node, outer);
    declare(outer, 'functionName', { name: node.id.name, id: node.id, node });
  }
  const scope = createScope('function', node, outer);
  for (const param of node.params) bind({ node: param, parent: place, field: 'params', scope }, { kind: 'parameter', node: param }, walk);
  const { body } = node;
  if (body?.type !== 'BlockStatement') {
    walk.pushField(place, 'body', scope);
    return;
  }
  // Defaults of parameters must not see the variables of the body.
  const simple = node.params.every(({ type }) => type === 'Identifier');
  const bodyScope = simple ? scope : createScope('functionBody', body, scope);
  walk.pushFields({ node: body, parent: place, field: 'body', scope: bodyScope }, bodyScope);
}

function visitClass(node: AnyClass, place: Place, walk: Walk): void {
  const scope = createScope('class', node, place.scope);
  if (node.id !== null) {
    if (node.type === 'ClassDeclaration') declare(place.scope, 'class', { name: node.id.name, id: node.id, node });
    declare(scope, 'className', { name: node.id.name, id: node.id, node });
  }
  walk.pushField(place, 'decorators', place.scope);
  walk.pushField(place, 'superClass', scope);
  walk.pushFields({ node: node.body, parent: place, field: 'body', scope }, scope);
}

function visitMember(node: Member, place: Place, walk: Walk): void {
  walk.pushField(place, 'decorators', place.scope);
  if (node.computed) walk.pushField(place, 'key', place.scope);
  walk.pushField(place, 'value', node.type === 'MethodDefinition' ? place.scope : createScope('field', node, place.scope));
}

function visitForEach(node: NodeOf<'ForInStatement' | 'ForOfStatement'>, place: Place, walk: Walk): void {
  const scope = createScope('for', node, place.scope);
  if (node.left.type === 'VariableDeclaration') walk.pushField(place, 'left', scope);
  else assign({ node: node.left, parent: place, field: 'left', scope: place.scope }, false, walk);
  walk.pushField(place, 'right', scope);
  walk.pushField(place, 'body', scope);
}

function visitImport(node: NodeOf<'ImportDeclaration'>, place: Place): void {
  for (const specifier of node.specifiers) {
    if (specifier.type === 'ImportSpecifier' && specifier.importKind === 'type') continue;
    declare(place.scope, 'import', { name: specifier.local.name, id: specifier.local, node: specifier });
  }
}

function visitExport(node: NodeOf<'ExportNamedDeclaration'>, place: Place, walk: Walk): void {
  walk.pushField(place, 'declaration', place.scope);
  if (node.source !== null) return;
  for (const specifier of node.specifiers) {
    const { local } = specifier;
    if (specifier.exportKind === 'type' || local.type !== 'Identifier') continue;
    const at: Place = { node: specifier, parent: place, field: 'specifiers', scope: place.scope };
    walk.refer(local.name, { node: local, parent: at, field: 'local', scope: place.scope }, { exported: true });
  }
}

function visitEnum(node: NodeOf<'TSEnumDeclaration'>, place: Place, walk: Walk): void {
  declare(place.scope, 'enum', { name: node.id.name, id: node.id, node });
  const scope = createScope('enum', node, place.scope);
  for (const member of node.body.members) {
    const { id } = member;
    const name = id.type === 'Identifier' ? id.name : id.type === 'Literal' ? String(id.value) : null;
    if (name !== null) declare(scope, 'enumMember', { name, id, node: member });
    walk.pushField({ node: member, parent: place, field: 'members', scope }, 'initializer', scope);
  }
}

function visitNamespace(node: NodeOf<'TSModuleDeclaration'>, place: Place, walk: Walk): void {
  const scope = createScope('namespace', node, place.scope);
  let name: Node = node.id;
  // `namespace A.B` declares A here and B inside.
  while (name.type === 'TSQualifiedName') {
    declare(scope, 'namespace', { name: name.right.name, id: name.right, node });
    name = name.left;
  }
  if (name.type === 'Identifier') declare(place.scope, 'namespace', { name: name.name, id: name, node });
  const body = node.body ?? null;
  if (body !== null) walk.pushFields({ node: body, parent: place, field: 'body', scope }, scope);
}
