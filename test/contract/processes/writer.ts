import { bodyOf, openStores } from './open-stores.ts';

/**
 * Writes until it is killed, several things at once, and tells of each once it was answered:
 * objects (plain, if-absent, and one that is replaced again and again) and transactions that move a unit between two accounts.
 */
const [folder = '', name = ''] = process.argv.slice(2);
const { objects, metadata } = openStores(folder);

/** Waits until the line has left: a pipe that is full takes lines later, and those would die with this process. */
function tell(what: object): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(what)}\n`, () => resolve()));
}

const account = (side: string) => ({ partition: `account-${side}`, sort: name });

async function writeObjects(ifAbsent: boolean): Promise<never> {
  for (let i = ifAbsent ? 1 : 0; ; i += 2) {
    await objects.put(`objects/${name}/${i}`, bodyOf(name, i), { ifAbsent });
    await tell({ object: i });
  }
}

async function replaceObject(): Promise<never> {
  for (let i = 0; ; i++) {
    await objects.put(`replaced/${name}`, bodyOf(name, i));
    await tell({ replaced: i });
  }
}

async function move(): Promise<never> {
  for (let moved = 1; ; moved++) {
    await metadata.transact(
      [],
      [
        { kind: 'put', key: account('from'), item: { n: -moved } },
        { kind: 'put', key: account('to'), item: { n: moved } },
        { kind: 'put', key: { partition: `moves-${name}`, sort: String(moved).padStart(8, '0') }, item: { moved } },
      ],
    );
    await tell({ moved });
  }
}

await Promise.all([writeObjects(false), writeObjects(true), replaceObject(), move()]);
