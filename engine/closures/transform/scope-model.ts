import type { Node } from './ast.ts';

export type ScopeKind =
  | 'module'
  | 'functionName'
  | 'function'
  | 'functionBody'
  | 'class'
  | 'field'
  | 'static'
  | 'block'
  | 'for'
  | 'switch'
  | 'catch'
  | 'enum'
  | 'namespace';

export interface Scope {
  readonly kind: ScopeKind;
  readonly node: Node;
  readonly parent: Scope | null;
  readonly bindings: Map<string, Binding>;
  /** An arrow function: has neither `this` nor `arguments` of its own. */
  readonly arrow: boolean;
}

export type BindingKind =
  | 'import'
  | 'function'
  | 'functionName'
  | 'class'
  | 'className'
  | 'const'
  | 'let'
  | 'var'
  | 'using'
  | 'parameter'
  | 'catch'
  | 'enum'
  | 'enumMember'
  | 'namespace'
  | 'importEquals';

export interface Declaration {
  /** The identifier that is declared. */
  readonly id: Node;
  /** The declarator, function, class, specifier … that declares it; for a parameter the whole parameter. */
  readonly node: Node;
}

export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  readonly declarations: Declaration[];
  readonly references: Reference[];
}

/** A node in its surroundings. */
export interface Place {
  readonly node: Node;
  readonly parent: Place | null;
  /** Field of the parent that holds the node. */
  readonly field: string;
  readonly scope: Scope;
}

export interface Reference {
  readonly name: string;
  readonly place: Place;
  readonly read: boolean;
  /** An assignment, not the initialiser of a declaration. */
  readonly write: boolean;
  /** `export { x }` or `export default x`: may name a type. */
  readonly exported: boolean;
  /** Null: global, or not bound at all. */
  binding: Binding | null;
}

export function createScope(kind: ScopeKind, node: Node, parent: Scope | null): Scope {
  return { kind, node, parent, bindings: new Map(), arrow: node.type === 'ArrowFunctionExpression' };
}

export function declare(scope: Scope, kind: BindingKind, declaration: Declaration & { readonly name: string }): void {
  const { name, id, node } = declaration;
  const existing = scope.bindings.get(name);
  if (existing !== undefined) existing.declarations.push({ id, node });
  else scope.bindings.set(name, { name, kind, scope, declarations: [{ id, node }], references: [] });
}

/** Where a `var` written in this scope lives. A body `var` with the name of a parameter is the parameter. */
export function varScopeOf(scope: Scope, name: string): Scope {
  let at = scope;
  while (at.parent !== null && !holdsVars(at)) at = at.parent;
  if (at.kind === 'functionBody' && at.parent?.bindings.has(name) === true) return at.parent;
  return at;
}

function holdsVars(scope: Scope): boolean {
  return (
    scope.kind === 'function' ||
    scope.kind === 'functionBody' ||
    scope.kind === 'static' ||
    scope.kind === 'namespace' ||
    scope.kind === 'field'
  );
}

export function lookUp(scope: Scope, name: string): Binding | null {
  for (let at: Scope | null = scope; at !== null; at = at.parent) {
    const binding = at.bindings.get(name);
    if (binding !== undefined) return binding;
  }
  return null;
}

/** The scope whose function, field initialiser or static block decides what `this` means here; the module when none does. */
export function thisScopeOf(scope: Scope): Scope {
  let at = scope;
  while (at.parent !== null) {
    if (at.kind === 'function' && !at.arrow) return at;
    if (at.kind === 'field' || at.kind === 'static' || at.kind === 'namespace' || at.kind === 'enum') return at;
    at = at.parent;
  }
  return at;
}
