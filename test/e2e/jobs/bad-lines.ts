import { Context } from 'levin';

await using lv = await Context.create();
const lines = lv.parallelize(['salt,2,0.45', 'tea,1,?', 'rice,3,1.10', 'oil'], 2);
const bad = lv.longAccumulator('bad lines');
const prices = lines.flatMap((line) => {
  const price = Number(line.split(',')[2]);
  if (!Number.isNaN(price)) return [price];
  bad.add(1);
  return [];
});
console.log(await prices.max(), bad.value);
