// @ts-nocheck: most of this is what a type checker refuses too
import { Context } from 'levin';
import { curry } from 'lodash-es';
import { expect } from 'vitest';
import type { RefusalCase } from './refusal-case.ts';

const lv = await Context.create({ master: 'local', quiet: true });
const nums = lv.range(3);

class Secret {
  #k = 1;
  byArrow() {
    return nums.map((x) => x + this.#k);
  }
}
class List extends Array {}
class HoldsContext {
  context = lv;
  run() {
    return nums.map((x) => [x, this.context]);
  }
}
class HoldsRdd {
  numbers() {
    return nums;
  }
  run() {
    return nums.map((x) => [x, this]);
  }
}

export const cases: readonly RefusalCase[] = [
  {
    row: 'count++ on a capture',
    name: 'count++ on a capture',
    run: () => {
      let count = 0;
      return nums.map(() => count++);
    },
  },
  {
    row: 'count++ on a capture',
    name: 'also in a nested callback',
    run: () => {
      let count = 0;
      return nums.map((x) => [x].forEach(() => (count += x)));
    },
  },
  {
    row: 'const used before initialisation',
    name: 'const used before initialisation',
    run: () => {
      const mapped = nums.map((x) => x + lateC);
      const lateC = 1;
      return [mapped, lateC];
    },
  },
  { row: 'captured Context', name: 'captured Context', run: () => nums.map((x) => [x, lv]) },
  { row: 'captured RDD', name: 'captured RDD', run: () => nums.map((x) => [x, nums]) },
  { row: 'this holding them', name: 'this holding the Context', run: () => new HoldsContext().run() },
  { row: 'this holding them', name: 'this whose class captures an RDD', run: () => new HoldsRdd().run() },
  {
    row: '#private instance without protocol',
    name: '#private instance without protocol',
    run: () => {
      const secret = new Secret();
      return nums.map(() => secret);
    },
  },
  { row: '#k used by the shipped arrow itself', name: '#k used by the shipped arrow itself', run: () => new Secret().byArrow() },
  {
    row: 'outer arguments',
    name: 'outer arguments',
    run: () => {
      function outer() {
        return nums.map((x) => x + arguments.length);
      }
      return outer(1);
    },
  },
  { row: 'new Function(...)', name: 'new Function(...)', run: () => nums.map(new Function('x', 'return x')) },
  { row: '.bind()', name: '.bind()', run: () => nums.map(Math.max.bind(null, 3)) },
  { row: 'function made inside npm code', name: 'curry(f)(1)', run: () => nums.map(curry((a, b) => a + b)(1)) },
  {
    row: 'Promise, WeakMap (direct and deep)',
    name: 'Promise',
    run: () => {
      const later = Promise.resolve(1);
      return nums.map(() => later);
    },
  },
  {
    row: 'Promise, WeakMap (direct and deep)',
    name: 'WeakMap, direct',
    run: () => {
      const cache = new WeakMap();
      return nums.map(() => cache);
    },
  },
  {
    row: 'Promise, WeakMap (direct and deep)',
    name: 'WeakMap, deep',
    run: () => {
      const cfg = { db: { pool: new WeakMap() } };
      return nums.map(() => cfg);
    },
  },
  {
    row: 'object with a getter',
    name: 'object with a getter',
    run: () => {
      const o = {
        get v() {
          return 1;
        },
      };
      return nums.map(() => o.v);
    },
  },
  {
    row: 'object method using super',
    name: 'object method using super',
    run: () => {
      const base = { hi: () => 'hi' };
      const o = {
        __proto__: base,
        hi() {
          return super.hi();
        },
      };
      return nums.map(() => o.hi());
    },
  },
  {
    row: 'subclass of Array captured as an instance',
    name: 'subclass of Array captured as an instance',
    run: () => {
      const list = List.from([1]);
      return nums.map(() => list);
    },
  },
  {
    row: 'expect (vitest) inside a shipped closure',
    name: 'expect (vitest) inside a shipped closure',
    run: () => nums.map((x) => expect(x)),
  },
  {
    row: 'function as a data record',
    name: 'function as a data record',
    run: () => nums.map((x) => [() => x]).collect(),
  },
];

export const close = (): Promise<void> => lv.stop();
