import { Context } from 'levin';

await using lv = await Context.create();
const stops = lv.broadcast(new Set(['the', 'a', 'of']));
const words = lv.parallelize(['the', 'cat', 'of', 'a', 'queen'], 2).filter((word) => !stops.value.has(word));
console.log(JSON.stringify(await words.collect()));
await stops.destroy();
