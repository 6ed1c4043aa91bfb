import { normalize } from 'node:path/posix';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';

/** A store that breaks one sentence of the contract. */
export interface BrokenObjectStore {
  readonly flaw: string;
  readonly make: () => ObjectStore;
}

function broken(flaw: string, change: (store: ObjectStore) => Partial<ObjectStore>): BrokenObjectStore {
  const make = (): ObjectStore => {
    const store = createMemoryObjectStore();
    return { ...store, ...change(store) };
  };
  return { flaw, make };
}

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const brokenObjectStores: readonly BrokenObjectStore[] = [
  broken('forgets if-absent', (store) => ({ put: (key, body, { ifAbsent: _, ...rest } = {}) => store.put(key, body, rest) })),
  broken('looks before it puts if-absent, instead of deciding at once', (store) => ({
    async put(key, body, { ifAbsent, ...rest } = {}) {
      if (ifAbsent === true) {
        const { objects } = await store.list('');
        await later();
        if (objects.some((object) => object.key === key)) return { stored: false };
      }
      return store.put(key, body, rest);
    },
  })),
  broken('returns half a range', (store) => ({
    async getRange(key, start, end, options) {
      const bytes = await store.getRange(key, start, end, options);
      return bytes.slice(0, Math.ceil(bytes.length / 2));
    },
  })),
  broken('gives a short answer past the end', (store) => ({
    async getRange(key, start, end, options) {
      const { size } = await store.head(key, options);
      return store.getRange(key, start, Math.max(start, Math.min(end, size)), options);
    },
  })),
  broken('ignores if-match of get', (store) => ({ get: (key, { ifMatch: _, ...rest } = {}) => store.get(key, rest) })),
  broken('ignores if-match of getRange', (store) => ({
    getRange: (key, start, end, { ifMatch: _, ...rest } = {}) => store.getRange(key, start, end, rest),
  })),
  broken('lists in the order of UTF-16', (store) => ({
    async list(prefix, options = {}) {
      const { after, limit = 1000, signal } = options;
      const all = (await store.list(prefix, { limit: 100_000, ...(signal === undefined ? {} : { signal }) })).objects
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        .filter(({ key }) => after === undefined || key > after);
      await store.list(prefix, { limit });
      const objects = all.slice(0, limit);
      return { objects, next: all.length > limit ? (objects.at(-1)?.key ?? null) : null };
    },
  })),
  broken('lists in the order of the puts', (store) => {
    const order: string[] = [];
    return {
      put(key, body, options) {
        order.push(key);
        return store.put(key, body, options);
      },
      async list(prefix, options) {
        const page = await store.list(prefix, options);
        return { ...page, objects: page.objects.toSorted((a, b) => order.indexOf(a.key) - order.indexOf(b.key)) };
      },
    };
  }),
  broken('forgets the next page', (store) => ({
    list: async (prefix, options) => ({ ...(await store.list(prefix, options)), next: null }),
  })),
  broken('gives the last key of a page again on the next', (store) => ({
    async list(prefix, options = {}) {
      const page = await store.list(prefix, options);
      const last = options.after === undefined ? null : await store.head(options.after).catch(() => null);
      return last?.key.startsWith(prefix) ? { ...page, objects: [last, ...page.objects] } : page;
    },
  })),
  broken('takes a prefix for a folder', (store) => ({
    async list(prefix, options) {
      const page = await store.list(prefix, options);
      const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
      return { ...page, objects: page.objects.filter(({ key }) => key.startsWith(folder)) };
    },
  })),
  broken('tells a hash of the size as etag', (store) => {
    const etagOf = (size: number): string => `size-${size}`;
    return {
      async put(key, body, options) {
        const put = await store.put(key, body, options);
        return put.stored ? { stored: true, etag: etagOf(body.byteLength) } : put;
      },
      async head(key, options) {
        const info = await store.head(key, options);
        return { ...info, etag: etagOf(info.size) };
      },
      async list(prefix, options) {
        const page = await store.list(prefix, options);
        return { ...page, objects: page.objects.map((info) => ({ ...info, etag: etagOf(info.size) })) };
      },
      async get(key, { ifMatch, ...rest } = {}) {
        const { size, etag } = await store.head(key);
        return store.get(key, ifMatch === undefined ? rest : { ...rest, ifMatch: ifMatch === etagOf(size) ? etag : ifMatch });
      },
      async getRange(key, start, end, { ifMatch, ...rest } = {}) {
        const { size, etag } = await store.head(key);
        return store.getRange(
          key,
          start,
          end,
          ifMatch === undefined ? rest : { ...rest, ifMatch: ifMatch === etagOf(size) ? etag : ifMatch },
        );
      },
    };
  }),
  broken('answers an empty object for a missing key', (store) => ({
    get: (key, options) =>
      store.get(key, options).catch((error) => {
        if (error.code === 'OBJECT_NOT_FOUND') return new Uint8Array(0);
        throw error;
      }),
  })),
  broken('lists a put only at the second look', (store) => {
    const fresh = new Set<string>();
    return {
      put(key, body, options) {
        fresh.add(key);
        return store.put(key, body, options);
      },
      async list(prefix, options) {
        const page = await store.list(prefix, options);
        const objects = page.objects.filter(({ key }) => !fresh.has(key));
        fresh.clear();
        return { ...page, objects };
      },
    };
  }),
  broken('shows a put in pieces', (store) => ({
    async put(key, body, options) {
      if (options !== undefined || !(body instanceof Uint8Array) || body.length < 100_000) return store.put(key, body, options);
      const half = body.length >> 1;
      const begun = new Uint8Array(body.length);
      begun.set(body.subarray(0, half));
      await store.put(key, begun);
      await later();
      const whole = await store.get(key);
      if (whole.length !== body.length) return store.put(key, whole);
      whole.set(body.subarray(half), half);
      return store.put(key, whole);
    },
  })),
  broken('keeps the caller’s buffer', (store) => {
    const bodies = new Map<string, Uint8Array>();
    return {
      put(key, body, options) {
        if (options?.ifAbsent !== true && body instanceof Uint8Array) bodies.set(key, body);
        return store.put(key, body, options);
      },
      async get(key, options) {
        const bytes = await store.get(key, options);
        return new Uint8Array(bodies.get(key) ?? bytes);
      },
    };
  }),
  broken('hands out its own buffer', (store) => {
    const handedOut = new Map<string, Uint8Array>();
    return {
      put(key, body, options) {
        handedOut.delete(key);
        return store.put(key, body, options);
      },
      async get(key, options) {
        const bytes = handedOut.get(key) ?? (await store.get(key, options));
        handedOut.set(key, bytes);
        return options?.ifMatch === undefined && options?.signal === undefined ? bytes : store.get(key, options);
      },
    };
  }),
  broken('answers with a view into a larger buffer', (store) => ({
    async getRange(key, start, end, options) {
      const { size } = await store.head(key, options);
      const range = await store.getRange(key, start, end, options);
      const larger = new Uint8Array(size + 10);
      larger.set(range, 3);
      return larger.subarray(3, 3 + range.length);
    },
  })),
  broken('stores the chunks that came before a failure', (store) => ({
    put(key, body, options) {
      if (body instanceof Uint8Array) return store.put(key, body, options);
      const given: Uint8Array[] = [];
      try {
        for (const chunk of body) given.push(chunk.slice());
      } catch (error) {
        return store.put(key, Buffer.concat(given), options).then(() => Promise.reject(error));
      }
      return store.put(key, body, options);
    },
  })),
  broken('keeps chunks after the next one was asked for', (store) => ({
    put: (key, body, options) =>
      store.put(
        key,
        body instanceof Uint8Array ? body : { byteLength: body.byteLength, [Symbol.iterator]: () => [...body][Symbol.iterator]() },
        options,
      ),
  })),
  broken('believes how long a body says it is', (store) => ({
    put(key, body, options) {
      if (body instanceof Uint8Array) return store.put(key, body, options);
      const whole = (): Buffer => Buffer.concat(Array.from(body, (chunk) => chunk.slice()));
      const chunks = function* (): Generator<Uint8Array> {
        const bytes = Buffer.alloc(body.byteLength);
        whole().copy(bytes);
        yield bytes;
      };
      return store.put(key, { byteLength: body.byteLength, [Symbol.iterator]: chunks }, options);
    },
  })),
  broken('shows chunks as they come', (store) => ({
    async put(key, body, options) {
      if (body instanceof Uint8Array || options !== undefined) return store.put(key, body, options);
      const given: Uint8Array[] = [];
      for (const chunk of body) {
        given.push(chunk.slice());
        if (given.length === 2) await store.put(key, Buffer.concat(given));
        await later();
      }
      return store.put(key, body, options);
    },
  })),
  broken('forgets to end an iteration', (store) => ({
    async put(key, body, options) {
      if (body instanceof Uint8Array) return store.put(key, body, options);
      const signal = options?.signal;
      const iterator = body[Symbol.iterator]();
      const given: Uint8Array[] = [];
      for (let next = iterator.next(); next.done !== true; next = iterator.next()) {
        signal?.throwIfAborted();
        given.push(next.value.slice());
      }
      return store.put(key, { byteLength: body.byteLength, [Symbol.iterator]: () => given[Symbol.iterator]() }, options);
    },
  })),
  broken('deletes everything below a key', (store) => ({
    async deleteMany(keys, options) {
      await store.deleteMany(keys, options);
      for (const key of keys) await store.deleteMany((await store.list(`${key}/`)).objects.map((object) => object.key));
      return { failed: [] };
    },
  })),
  broken('reports missing keys as failures', (store) => ({
    async deleteMany(keys, options) {
      const there = new Set((await store.list('', { limit: 100_000 })).objects.map(({ key }) => key));
      await store.deleteMany(keys, options);
      return { failed: keys.filter((key) => !there.has(key)).map((key) => ({ key, message: 'missing' })) };
    },
  })),
  broken('deletes only the first key', (store) => ({ deleteMany: (keys, options) => store.deleteMany(keys.slice(0, 1), options) })),
  broken('resolves ".." in keys', (store) => ({
    put: (key, body, options) => store.put(normalize(key), body, options),
  })),
  broken('ignores the signal', (store) => ({
    get: (key, { signal: _, ...rest } = {}) => store.get(key, rest),
    put: (key, body, { signal: _, ...rest } = {}) => store.put(key, body, rest),
  })),
  broken('looks at the signal only at the start', (store) => ({
    async getRange(key, start, end, { signal, ...rest } = {}) {
      signal?.throwIfAborted();
      return store.getRange(key, start, end, rest);
    },
  })),
];
