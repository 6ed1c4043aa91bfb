#!/usr/bin/env node
// No static import: an older Node must get as far as the message.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `levin needs Node.js 24 or newer; this is ${process.version}. Install it (for example: nvm install 24) and run again.\n`,
  );
  process.exitCode = 1;
} else {
  const { main } = await import('../dist/driver/cli/main.js');
  await main(process.argv.slice(2));
}
