import type { AnyFunction } from './driver-registry.ts';

const known = new WeakMap<AnyFunction, boolean>();

/**
 * Tells whether instances of a class have #private members: those cannot be read from outside, so a copy would silently lack them.
 * Static ones stay with the class. The text of the class is all that tells; comments, strings and regular expressions in it are skipped.
 */
export function hasPrivateMembers(target: AnyFunction): boolean {
  let answer = known.get(target);
  if (answer === undefined) {
    answer = declaresPrivateMember(Function.prototype.toString.call(target));
    known.set(target, answer);
  }
  return answer;
}

const STRING_END: Readonly<Record<string, RegExp>> = { "'": /(?:\\[\s\S]|[^\\'])*'/y, '"': /(?:\\[\s\S]|[^\\"])*"/y };
const LINE_COMMENT = /\/\/.*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y;
const PRIVATE_NAME = /#[\p{ID_Start}$_\\][\p{ID_Continue}$\u200c\u200d]*/uy;
/** Before the name in its use, not its declaration: `this.#x`. */
const MEMBER_ACCESS = /\.\s*$/;
const STATIC = /\bstatic\s*(?:\basync\s*)?(?:\*\s*)?(?:\b(?:get|set|accessor)\s*)?$/;
/** After the name in a test of an object: `#x in o`. */
const IN = /\s*in\b/y;
const TEMPLATE_CHARS = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
/** After one of these a slash begins a regular expression, not a division. */
const BEFORE_REGULAR_EXPRESSION = /(?:^|[([{,;:=!&|?+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|yield|await|new|delete))\s*$/;

/** Exported for its tests: the source text of one class. */
export function declaresPrivateMember(text: string): boolean {
  // Depth of braces; inside a template the depth at which each open `${` began.
  let depth = 0;
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
    if (text.startsWith('${', at)) templates.push(depth);
    at += text.startsWith('${', at) ? 2 : 1;
  };
  while (at < text.length) {
    const start = at;
    const char = text[at] as string;
    const string = STRING_END[char];
    if (char === '#' && skip(PRIVATE_NAME, at)) {
      if (depth === 1 && isDeclaration(text, start, at)) return true;
    } else if (string !== undefined) at = skip(string, at + 1) ? at : at + 1;
    else if (char === '/') {
      const found =
        skip(LINE_COMMENT, at) || skip(BLOCK_COMMENT, at) || (beginsRegularExpression(text, at) && skip(REGULAR_EXPRESSION, at));
      if (!found) at += 1;
    } else if (char === '`') templateChars(at + 1);
    else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      templateChars(at + 1);
    } else {
      depth += char === '{' ? 1 : char === '}' ? -1 : 0;
      at += 1;
    }
  }
  return false;
}

function isDeclaration(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 60), start);
  IN.lastIndex = end;
  return !MEMBER_ACCESS.test(before) && !STATIC.test(before) && !IN.test(text);
}

function beginsRegularExpression(text: string, at: number): boolean {
  return BEFORE_REGULAR_EXPRESSION.test(text.slice(Math.max(0, at - 40), at));
}
