import type { AnyFunction } from './driver-registry.ts';

const known = new WeakMap<AnyFunction, boolean>();

/**
 * Tells whether a class declares #private members: those cannot be read from outside, so a copy would silently lack them.
 * The text of the class is all that tells; comments, strings and regular expressions in it are skipped.
 */
export function hasPrivateMembers(target: AnyFunction): boolean {
  let answer = known.get(target);
  if (answer === undefined) {
    answer = containsPrivateName(Function.prototype.toString.call(target));
    known.set(target, answer);
  }
  return answer;
}

const STRING_END: Readonly<Record<string, RegExp>> = { "'": /(?:\\[\s\S]|[^\\'])*'/y, '"': /(?:\\[\s\S]|[^\\"])*"/y };
const LINE_COMMENT = /\/\/.*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const PRIVATE_NAME = /#[\p{ID_Start}$_\\]/uy;
const TEMPLATE_CHARS = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
/** After one of these a slash begins a regular expression, not a division. */
const BEFORE_REGULAR_EXPRESSION = /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|yield|await|new|delete))\s*$/;

/** Exported for its tests. */
export function containsPrivateName(text: string): boolean {
  // Depth of braces inside each open `${`: at 0 the next `}` continues the template.
  const templates: number[] = [];
  let at = 0;
  const skip = (pattern: RegExp, from: number): boolean => {
    pattern.lastIndex = from;
    const matched = pattern.test(text);
    if (matched) at = pattern.lastIndex;
    return matched;
  };
  const templateChars = (from: number): void => {
    skip(TEMPLATE_CHARS, from);
    if (text.startsWith('${', at)) {
      templates.push(0);
      at += 2;
    } else at += 1;
  };
  while (at < text.length) {
    const char = text[at] as string;
    const string = STRING_END[char];
    const depth = templates.at(-1);
    if (char === '#' && skip(PRIVATE_NAME, at)) return true;
    if (string !== undefined && skip(string, at + 1)) continue;
    if (char === '/' && (skip(LINE_COMMENT, at) || skip(BLOCK_COMMENT, at))) continue;
    if (char === '/' && BEFORE_REGULAR_EXPRESSION.test(text.slice(Math.max(0, at - 40), at)) && skip(REGULAR_EXPRESSION, at)) continue;
    if (char === '`') templateChars(at + 1);
    else if (char === '}' && depth === 0) {
      templates.pop();
      templateChars(at + 1);
    } else {
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
      at += 1;
    }
  }
  return false;
}
