import { extname } from 'node:path';
import { LevinError } from '../../errors/levin-error.ts';
import { moduleIdOf } from './project-root.ts';

export function importOfMain(root: string, importer: string, main: string): LevinError {
  const [from, to] = [moduleIdOf(root, importer), moduleIdOf(root, main)];
  const message =
    `${from} imports from the main file ${to}. The top level of a main file runs on the driver only, so modules that run on executors ` +
    `cannot import from it. Move what both need into a third module.`;
  return new LevinError({ code: 'IMPORT_OF_MAIN', fault: 'user', message, details: { importer, main } });
}

export function commonJsTypeScript(root: string, file: string): LevinError {
  const id = moduleIdOf(root, file);
  const message =
    `${id} is a CommonJS TypeScript module (.cts), whose functions cannot be shipped to executors. ` +
    `Rename it to ${id.replace(/\.cts$/, '.ts')} and use import and export, or compile it to .cjs.`;
  return new LevinError({ code: 'COMMONJS_MODULE', fault: 'user', message, details: { file } });
}

export function commonJsMain(root: string, file: string): LevinError {
  const id = moduleIdOf(root, file);
  const message =
    `${id} is a CommonJS file (it has no import or export), so the functions in it cannot be shipped to executors. ` +
    `Write \`import { Context } from 'levin'\` instead of \`require('levin')\`${extname(file) === '.cjs' ? ` and rename it to ${id.replace(/\.cjs$/, '.js')}` : ''}.`;
  return new LevinError({ code: 'COMMONJS_MODULE', fault: 'user', message, details: { file } });
}

/** `file` is the addon, or the file of the package that loads it. */
export function nativeAddon(file: string): LevinError {
  const name = /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1]?.replace('\\', '/');
  const message =
    `${name === undefined ? file : `The package "${name}"`} is or loads a native addon (.node), which cannot be part of an executor bundle. ` +
    `Use it on the driver only, use a package written in JavaScript or WebAssembly, or run with --on local, where executors load packages from node_modules.`;
  return new LevinError({ code: 'NATIVE_ADDON', fault: 'user', message, details: { file } });
}
