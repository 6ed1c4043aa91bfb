/** Property names of objects, in order, under a number that stands for them in the rest of the block. */
export interface Shape {
  readonly names: readonly string[];
  /** msgpackr's record id: 0x40 to 0x7f. */
  id: number;
  /** Hash of the names: what the record's hash sees of them, whether or not this record is the one that defines the shape. */
  readonly hash: number;
}

export interface ShapeTable {
  /** Shapes of the block in order of definition. */
  readonly defined: Shape[];
  last: Shape | null;
  readonly root: ShapeNode;
}

interface ShapeNode {
  shape: Shape | null;
  next: Map<string, ShapeNode> | null;
}

const FIRST_ID = 0x40;
const MAX_SHAPES = 0x40;
/** Objects with more properties are rather dictionaries, each with names of its own: they would use up the ids. */
const MAX_NAMES = 32;

export function createShapeTable(): ShapeTable {
  return { defined: [], last: null, root: { shape: null, next: null } };
}

/** The shape if the block has it already. Most objects of a block have the shape of the one before. */
export function findShape(table: ShapeTable, names: readonly string[]): Shape | null {
  const { last } = table;
  if (last !== null && sameNames(last.names, names)) return last;
  let node: ShapeNode | undefined = table.root;
  for (const name of names) {
    node = node.next?.get(name);
    if (node === undefined) return null;
  }
  if (node.shape !== null) table.last = node.shape;
  return node.shape;
}

/** Takes a new shape into the table; null when it has no room or the names are too many. */
export function defineShape(table: ShapeTable, names: readonly string[]): Shape | null {
  if (table.defined.length === MAX_SHAPES || names.length > MAX_NAMES) return null;
  let node = table.root;
  for (const name of names) {
    node.next ??= new Map();
    let child = node.next.get(name);
    if (child === undefined) {
      child = { shape: null, next: null };
      node.next.set(name, child);
    }
    node = child;
  }
  const shape = { names, id: FIRST_ID + table.defined.length, hash: hashNames(names) };
  node.shape = shape;
  table.defined.push(shape);
  table.last = shape;
  return shape;
}

/** Takes back every shape after the first `count`: the record that defined them was not written after all. */
export function forgetShapes(table: ShapeTable, count: number): void {
  if (table.defined.length === count) return;
  for (const shape of table.defined.splice(count)) {
    let node: ShapeNode | undefined = table.root;
    for (const name of shape.names) node = node?.next?.get(name);
    if (node !== undefined) node.shape = null;
  }
  table.last = null;
}

export function hashNames(names: readonly string[]): number {
  let h = names.length;
  for (const name of names) {
    for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ 0x10000, 0x01000193);
  }
  return h;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
