import { Context } from 'levin';

const TASKS = 10_000;
const lv = await Context.create();
const numbers = lv.range(TASKS, { numSlices: TASKS });
const start = performance.now();
const count = await numbers.count();
console.log(`JOB_SECONDS=${((performance.now() - start) / 1000).toFixed(3)}`);
console.log(`RESULT=${count}`);
