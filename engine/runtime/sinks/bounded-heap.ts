/** The first `limit` values by `compare`, in order; of equal ones those offered first. */
export interface BoundedHeap<T> {
  offer(value: T): void;
  /** All that is held, sorted. The heap is empty afterwards. */
  drain(): T[];
}

interface Slot<T> {
  readonly value: T;
  /** Order of arrival. */
  readonly seq: number;
}

/** A heap with its last value on top: most offers cost one comparison with that. */
export function createBoundedHeap<T>(limit: number, compare: (a: T, b: T) => number): BoundedHeap<T> {
  let heap: Slot<T>[] = [];
  let seq = 0;
  const after = (a: Slot<T>, b: Slot<T>): boolean => {
    const order = compare(a.value, b.value);
    return order === 0 ? a.seq > b.seq : order > 0;
  };
  const siftUp = (slot: Slot<T>): void => {
    let i = heap.length;
    heap.push(slot);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!after(slot, heap[parent] as Slot<T>)) break;
      heap[i] = heap[parent] as Slot<T>;
      i = parent;
    }
    heap[i] = slot;
  };
  const siftDown = (slot: Slot<T>): void => {
    let i = 0;
    for (;;) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      if (left >= heap.length) break;
      const child = right < heap.length && after(heap[right] as Slot<T>, heap[left] as Slot<T>) ? right : left;
      if (!after(heap[child] as Slot<T>, slot)) break;
      heap[i] = heap[child] as Slot<T>;
      i = child;
    }
    heap[i] = slot;
  };
  return {
    offer(value) {
      const slot = { value, seq: seq++ };
      if (heap.length < limit) siftUp(slot);
      // An equal value that comes later stays out.
      else if (limit > 0 && compare(value, (heap[0] as Slot<T>).value) < 0) siftDown(slot);
    },
    drain() {
      const slots = heap;
      heap = [];
      return slots.sort((a, b) => (after(a, b) ? 1 : -1)).map((slot) => slot.value);
    },
  };
}
