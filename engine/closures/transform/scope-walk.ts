import { existsAtRunTime, fieldOf, isNodeList, type Node, valueFields } from './ast.ts';
import type { Place, Reference, Scope } from './scope-model.ts';

/** What the visitors of a scope walk share: the nodes still to visit and what was found. */
export interface Walk {
  readonly references: Reference[];
  readonly ambient: Set<string>;
  next(): Place | undefined;
  push(place: Place): void;
  pushField(place: Place, field: string, scope: Scope): void;
  pushFields(place: Place, scope: Scope): void;
  refer(name: string, place: Place, use?: Partial<Pick<Reference, 'read' | 'write' | 'exported'>>): void;
}

export function createWalk(): Walk {
  const stack: Place[] = [];
  const pending: Place[] = [];
  const references: Reference[] = [];
  const ambient = new Set<string>();

  function push(place: Place): void {
    const { node } = place;
    if (node.type === 'Literal' || node.type === 'TemplateElement') return;
    if (existsAtRunTime(node)) pending.push(place);
    else collectAmbient(node, ambient);
  }
  function pushField(place: Place, field: string, scope: Scope): void {
    const value = fieldOf(place.node, field);
    if (value === null) return;
    for (const node of isNodeList(value) ? value : [value]) if (node !== null) push({ node, parent: place, field, scope });
  }
  return {
    references,
    ambient,
    next() {
      // Source order, so that the first of several declarations of a name is the first.
      for (let place = pending.pop(); place !== undefined; place = pending.pop()) stack.push(place);
      return stack.pop();
    },
    push,
    pushField,
    pushFields(place, scope) {
      for (const field of valueFields(place.node)) pushField(place, field, scope);
    },
    refer(name, place, { read = true, write = false, exported = false } = {}) {
      references.push({ name, place, read, write, exported, binding: null });
    },
  };
}

function collectAmbient(node: Node, names: Set<string>): void {
  if ('id' in node && node.id !== null && node.id !== undefined && node.id.type === 'Identifier') names.add(node.id.name);
  if (node.type === 'VariableDeclaration') {
    for (const { id } of node.declarations) if (id.type === 'Identifier') names.add(id.name);
  }
  if (node.type === 'TSModuleDeclaration' && node.body?.type === 'TSModuleBlock') {
    for (const statement of node.body.body)
      collectAmbient(statement.type === 'ExportNamedDeclaration' ? (statement.declaration ?? statement) : statement, names);
  }
}
