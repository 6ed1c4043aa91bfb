/**
 * Stands in for `levin` in an executor bundle: modules may import it at their top level, and what belongs to the driver fails when it is used.
 * Unknown names come from the prototype, because bundlers copy own properties only.
 */
export function driverApiStub(specifier: string): string {
  return `
const known = { ...require('levin/executor-api'), ...require('levin/key-map') };
const missing = (name) => {
  const fail = () => {
    throw Object.assign(new Error(name + " of '${specifier}' exists only on the driver; a module that runs on executors used it. " +
      "Move that code into the main file, or into a module that only the main file imports."), { name: 'LevinError', code: 'DRIVER_ONLY', fault: 'user' });
  };
  return new Proxy(function () {}, {
    apply: fail, construct: fail,
    get: (target, key) => (typeof key === 'symbol' || key === 'prototype' ? target[key] : key === 'name' ? name : fail()),
  });
};
const api = new Proxy({}, { get: (_, name) => (typeof name === 'symbol' || name === '__esModule' || name === 'then' ? undefined : missing(name)) });
module.exports = Object.assign(Object.create(api), known);
`;
}

/** Stands in for a file that cannot be part of a bundle: the executor that needs it gets this text. */
export function failingModule(code: string, message: string): string {
  return `throw Object.assign(new Error(${JSON.stringify(message)}), { name: 'LevinError', code: ${JSON.stringify(code)}, fault: 'user' });`;
}

/** What CommonJS packages expect around them, for a bundle that is one ES module. */
export const BUNDLE_BANNER: string = [
  `import { createRequire as __levinCreateRequire } from 'node:module';`,
  `const require = __levinCreateRequire(import.meta.url), __levinFilename = import.meta.filename, __levinDirname = import.meta.dirname;`,
].join('\n');

export const BUNDLE_DEFINE: Readonly<Record<string, string>> = { __filename: '__levinFilename', __dirname: '__levinDirname' };
