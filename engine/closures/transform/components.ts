/**
 * Strongly connected components of a graph (Tarjan's algorithm with an explicit stack).
 * A component comes after all components it leads to.
 *
 * @param edges for every node the nodes it leads to.
 */
export function findComponents(edges: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const order = new Int32Array(edges.length).fill(-1);
  const lowest = new Int32Array(edges.length);
  const isOpen = new Uint8Array(edges.length);
  const open: number[] = [];
  const components: number[][] = [];
  let count = 0;

  const enter = (node: number): Frame => {
    order[node] = lowest[node] = count++;
    open.push(node);
    isOpen[node] = 1;
    return { node, next: 0 };
  };
  const close = (node: number): void => {
    const component: number[] = [];
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      isOpen[member] = 0;
      component.push(member);
      if (member === node) break;
    }
    components.push(component);
  };

  for (let root = 0; root < edges.length; root++) {
    if (order[root] !== -1) continue;
    const path = [enter(root)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const { node } = frame;
      const target = edges[node]?.[frame.next++];
      if (target === undefined) {
        if (lowest[node] === order[node]) close(node);
        path.pop();
        const parent = path.at(-1)?.node;
        if (parent !== undefined) lowest[parent] = Math.min(at(lowest, parent), at(lowest, node));
      } else if (order[target] === -1) path.push(enter(target));
      else if (isOpen[target] === 1) lowest[node] = Math.min(at(lowest, node), at(order, target));
    }
  }
  return components;
}

interface Frame {
  readonly node: number;
  next: number;
}

function at(array: Int32Array, index: number): number {
  return array[index] ?? -1;
}
