// The words are counted in functions of at least 1,024 MB, and read in the smallest ones.
import { Context } from 'levin';

await using lv = await Context.create();
const words = lv.parallelize(['to', 'be', 'or', 'not', 'to', 'be'], 3).map((word) => [word, 1]);
const counts = words.reduceByKey((a, b) => a + b, 2).withResources({ memoryMb: 1024 });
console.log(JSON.stringify([await counts.takeOrdered(4, ([word]) => word), counts.getResourceProfile()]));
