// The dev dependency `node` brings the Node that Lambda runs; without its binary npm scripts would silently use the machine's.
const major = Number(process.versions.node.split('.')[0]);
if (major !== 24) {
  process.stderr.write(
    `levin's scripts need Node 24, which the dev dependency "node" installs; this is ${process.version}. Run: npm ci --allow-scripts=node\n`,
  );
  process.exit(1);
}
