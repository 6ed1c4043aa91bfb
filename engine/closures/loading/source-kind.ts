import { extname } from 'node:path';
import { type ParseResult, parseSync } from 'oxc-parser';
import { languageOf } from './lower-typescript.ts';

/**
 * A `.js` file that Node would run as CommonJS and that holds no ESM syntax.
 * TypeScript and `.mjs` are ESM whatever package.json says, as is JavaScript that imports, exports or awaits at its top level.
 */
export function isCommonJs(file: string, source: string): boolean {
  if (extname(file) !== '.js') return false;
  // Cheap answer for most; a word in a comment only costs the parse below.
  if (!/\b(?:import|export|await)\b/.test(source)) return true;
  if (parse(file, source, 'module').module.hasModuleSyntax) return false;
  // Node's order too: what is a valid script is one, so only `await` at the top level makes a module of it.
  return parse(file, source, 'commonjs').errors.length === 0;
}

/** Whether the file has decorators or `accessor` fields, which Node 24 cannot parse. */
export function hasDecorators(file: string, source: string): boolean {
  if (!/@|\baccessor\b/.test(source)) return false;
  const stack: unknown[] = [parse(file, source, 'module').program];
  while (stack.length > 0) {
    const node = stack.pop();
    if (typeof node !== 'object' || node === null) continue;
    if ('decorators' in node && Array.isArray(node.decorators) && node.decorators.length > 0) return true;
    if ('type' in node && node.type === 'AccessorProperty') return true;
    for (const child of Object.values(node)) if (typeof child === 'object') stack.push(child);
  }
  return false;
}

function parse(file: string, source: string, sourceType: 'module' | 'commonjs'): ParseResult {
  return parseSync(file, source, { lang: languageOf(file), sourceType });
}
