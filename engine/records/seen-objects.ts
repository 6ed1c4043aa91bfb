/** The objects of one record, to notice one that appears twice. */
export interface SeenObjects {
  /** False when the object is known already. */
  add(object: object): boolean;
  clear(): void;
}

/** Up to here a loop is faster than a Set, and most records have one or two objects. */
const LIST_LENGTH = 16;

export function createSeenObjects(): SeenObjects {
  const list: (object | null)[] = Array.from({ length: LIST_LENGTH }, () => null);
  let count = 0;
  let all: Set<object> | null = null;

  function addToSet(object: object): boolean {
    all ??= new Set(list as object[]);
    const sizeBefore = all.size;
    all.add(object);
    return all.size > sizeBefore;
  }

  return {
    add(object) {
      if (count === LIST_LENGTH) return addToSet(object);
      for (let i = 0; i < count; i++) if (list[i] === object) return false;
      list[count++] = object;
      return true;
    },
    clear() {
      // Not only the count: a list that outlives the record must not keep it alive.
      for (let i = 0; i < count; i++) list[i] = null;
      count = 0;
      all = null;
    },
  };
}
