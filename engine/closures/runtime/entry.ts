/**
 * `levin/runtime`: the target of transformed code, not for people.
 * Loaded by every user module, so it imports next to nothing.
 */
export { __lv, __lvm, __sites } from './annotate.ts';
export { __def, __lazy, __refs } from './definitions.ts';
