/** What a refusal says, in full, and the words of the specification's table that it must contain. */
export interface RefusalText {
  readonly name: string;
  /** The line of the call in the stack; empty where the action fails, not the call. */
  readonly calledAt: string;
  readonly fragments: readonly string[];
  /** Lines of the message. */
  readonly text: readonly string[];
}

export const REFUSAL_TEXTS: readonly RefusalText[] = [
  {
    name: 'count++ on a capture',
    calledAt: 'refusals.refused.ts:38:19',
    fragments: [
      'assigns the captured variable `count`. The assignment would change a copy on the executor and be lost.',
      'return the value from an action',
    ],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: function (refusals.refused.ts:38:23) assigns the captured variable `count`. The assignment would change a copy on the executor and be lost. Add to an accumulator (lv.longAccumulator()), or return the value from an action, for example with reduce().',
      '  at refusals.refused.ts:38:29',
      '  37 |       let count = 0;',
      '> 38 |       return nums.map(() => count++);',
      '     |                             ^^^^^',
      '  39 |     },',
    ],
  },
  {
    name: 'also in a nested callback',
    calledAt: 'refusals.refused.ts:46:19',
    fragments: ['assigns the captured variable `count`.'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: function (refusals.refused.ts:46:23) assigns the captured variable `count`. The assignment would change a copy on the executor and be lost. Add to an accumulator (lv.longAccumulator()), or return the value from an action, for example with reduce().',
      '  at refusals.refused.ts:46:49',
      '  45 |       let count = 0;',
      '> 46 |       return nums.map((x) => [x].forEach(() => (count += x)));',
      '     |                                                 ^^^^^',
      '  47 |     },',
    ],
  },
  {
    name: 'const used before initialisation',
    calledAt: 'refusals.refused.ts:53:27',
    fragments: [
      "captures a variable that is not initialised yet (Cannot access 'lateC' before initialization). Move the declaration above the call.",
    ],
    text: [
      "Cannot ship the function passed to rdd.map() to executors: function (refusals.refused.ts:53:31) captures a variable that is not initialised yet (Cannot access 'lateC' before initialization). Move the declaration above the call.",
    ],
  },
  {
    name: 'captured Context',
    calledAt: 'refusals.refused.ts:58:72',
    fragments: ['the Context exists only on the driver; it cannot be used inside a closure that runs on executors'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: the Context exists only on the driver; it cannot be used inside a closure that runs on executors.',
      'reached through: function (refusals.refused.ts:58:76) captures `lv`',
    ],
  },
  {
    name: 'captured RDD',
    calledAt: 'refusals.refused.ts:59:64',
    fragments: ['an RDD cannot be used inside a closure', '(nested jobs are not supported)'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: an RDD cannot be used inside a closure that runs on executors (nested jobs are not supported). Use join(), or collect() the smaller one before the call.',
      'reached through: function (refusals.refused.ts:59:68) captures `nums`',
    ],
  },
  {
    name: 'this holding the Context',
    calledAt: 'refusals.refused.ts:20:17',
    fragments: ['the Context exists only on the driver', 'captures `this` → class HoldsContext → ', 'captures `lv`'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: the Context exists only on the driver; it cannot be used inside a closure that runs on executors.',
      'reached through: function (refusals.refused.ts:20:21) captures `this` → class HoldsContext → class HoldsContext (refusals.refused.ts:17:1) captures `lv`',
    ],
  },
  {
    name: 'this whose class captures an RDD',
    calledAt: 'refusals.refused.ts:28:17',
    fragments: ['(nested jobs are not supported)', 'captures `this` → class HoldsRdd → ', 'captures `nums`'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: an RDD cannot be used inside a closure that runs on executors (nested jobs are not supported). Use join(), or collect() the smaller one before the call.',
      'reached through: function (refusals.refused.ts:28:21) captures `this` → class HoldsRdd → class HoldsRdd (refusals.refused.ts:23:1) captures `nums`',
    ],
  },
  {
    name: '#private instance without protocol',
    calledAt: 'refusals.refused.ts:67:19',
    fragments: ["an instance of class Secret, which has #private fields. Implement [Symbol.for('levin.serialize')]() and static "],
    text: [
      "Cannot ship the function passed to rdd.map() to executors: an instance of class Secret, which has #private fields. Implement [Symbol.for('levin.serialize')]() and static [Symbol.for('levin.deserialize')](data), or call registerSerializer(Secret, …) in an imported module.",
      'reached through: function (refusals.refused.ts:67:23) captures `secret`',
    ],
  },
  {
    name: '#k used by the shipped arrow itself',
    calledAt: 'refusals.refused.ts:13:17',
    fragments: ['uses private #k outside of its class body; such a function cannot be rebuilt'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: function (refusals.refused.ts:13:21) uses private #k outside of its class body; such a function cannot be rebuilt. Copy the value into a local constant first.',
      '  at refusals.refused.ts:13:37',
      '  12 |   byArrow() {',
      '> 13 |     return nums.map((x) => x + this.#k);',
      '     |                                     ^^',
      '  14 |   }',
    ],
  },
  {
    name: 'outer arguments',
    calledAt: 'refusals.refused.ts:76:21',
    fragments: ['uses `arguments` of the enclosing function. Use rest parameters'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: function (refusals.refused.ts:76:25) uses `arguments` of the enclosing function. Use rest parameters instead: (...args) => args.length.',
      '  at refusals.refused.ts:76:36',
      '  75 |       function outer() {',
      '> 76 |         return nums.map((x) => x + arguments.length);',
      '     |                                    ^^^^^^^^^',
      '  77 |       }',
    ],
  },
  {
    name: 'new Function(...)',
    calledAt: 'refusals.refused.ts:81:74',
    fragments: [
      'a function made by `new Function(...)` has no source position the transform could see. Write it as a function expression.',
    ],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: a function made by `new Function(...)` has no source position the transform could see. Write it as a function expression.',
    ],
  },
  {
    name: '.bind()',
    calledAt: 'refusals.refused.ts:82:54',
    fragments: ['a function made by .bind(): its target and bound arguments are hidden from JavaScript. Write an arrow instead'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: a function made by .bind(): its target and bound arguments are hidden from JavaScript. Write an arrow instead.',
    ],
  },
  {
    name: 'curry(f)(1)',
    calledAt: 'refusals.refused.ts:83:80',
    fragments: [
      'was not created in a transformed module (it comes from node_modules, eval, or a file loaded without levin/register). Create it at the top level of an imported module, so that executors re-create it',
      'or wrap it in an arrow.',
    ],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: the function `wrapper` was not created in a transformed module (it comes from node_modules, eval, or a file loaded without levin/register). Create it at the top level of an imported module, so that executors re-create it by evaluating that module, or wrap it in an arrow.',
    ],
  },
  {
    name: 'Promise',
    calledAt: 'refusals.refused.ts:89:19',
    fragments: ['a Promise (await it on the driver first)'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: a Promise (await it on the driver first).',
      'reached through: function (refusals.refused.ts:89:23) captures `later`',
    ],
  },
  {
    name: 'WeakMap, direct',
    calledAt: 'refusals.refused.ts:97:19',
    fragments: ['a WeakMap'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: a WeakMap, whose entries cannot be listed. Use a Map.',
      'reached through: function (refusals.refused.ts:97:23) captures `cache`',
    ],
  },
  {
    name: 'WeakMap, deep',
    calledAt: 'refusals.refused.ts:105:19',
    fragments: ['a WeakMap', 'captures `cfg` → .db → .pool'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: a WeakMap, whose entries cannot be listed. Use a Map.',
      'reached through: function (refusals.refused.ts:105:23) captures `cfg` → .db → .pool',
    ],
  },
  {
    name: 'object with a getter',
    calledAt: 'refusals.refused.ts:117:19',
    fragments: ['accessor property .v; executors would see a frozen value. Copy it into a plain property.'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: an object with the accessor property .v; executors would see a frozen value. Copy it into a plain property.',
      'reached through: function (refusals.refused.ts:117:23) captures `o`',
    ],
  },
  {
    name: 'object method using super',
    calledAt: 'refusals.refused.ts:131:19',
    fragments: ['an object with a custom prototype that is not a class'],
    text: [
      'Cannot ship the function passed to rdd.map() to executors: an object with a custom prototype that is not a class. Use a plain object or a class.',
      'reached through: function (refusals.refused.ts:131:23) captures `o`',
    ],
  },
  {
    name: 'subclass of Array captured as an instance',
    calledAt: 'refusals.refused.ts:139:19',
    fragments: ['an instance of List, a subclass of built-in Array; implement the serialize protocol'],
    text: [
      "Cannot ship the function passed to rdd.map() to executors: an instance of List, a subclass of built-in Array; implement the serialize protocol: [Symbol.for('levin.serialize')]() and static [Symbol.for('levin.deserialize')](data).",
      'reached through: function (refusals.refused.ts:139:23) captures `list`',
    ],
  },
  {
    name: 'expect (vitest) inside a shipped closure',
    calledAt: 'refusals.refused.ts:145:21',
    fragments: ["uses `expect` from 'vitest', which exists only on the driver."],
    text: [
      "Cannot ship the function passed to rdd.map() to executors: function (refusals.refused.ts:145:25) uses `expect` from 'vitest', which exists only on the driver. Return the value from an action and use it there.",
      '  at refusals.refused.ts:145:32',
      "  144 |     name: 'expect (vitest) inside a shipped closure',",
      '> 145 |     run: () => nums.map((x) => expect(x)),',
      '      |                                ^^^^^^',
      '  146 |   },',
    ],
  },
  {
    name: 'function as a data record',
    calledAt: '',
    fragments: ['was created on an executor; functions cannot be data records. Return plain data instead.'],
    text: ['Cannot encode record[0]: a function was created on an executor; functions cannot be data records. Return plain data instead.'],
  },
];
